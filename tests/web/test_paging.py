"""Pages neither skip nor repeat while the list grows; cursors that are none are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db import Database
from contact_center.errors import Invalid
from contact_center.ids import new_id
from contact_center.web import Page, paged
from contact_center.web.idempotency import IdempotencyRow
from contact_center.web.paging import decode, encode

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEYS = (IdempotencyRow.created_at, IdempotencyRow.key_hash)


async def add(database: Database, *names: str, at: datetime = START) -> None:
    """Rows to page through: any table with a time and a text will do."""

    async def unit(session: AsyncSession) -> None:
        session.add_all(IdempotencyRow(key_hash=name, digest="", attempt="", created_at=at) for name in names)

    await database.write(unit)


async def page(
    database: Database, cursor: str | None, *, limit: int = 2, descending: bool = True
) -> tuple[list[str], str | None]:
    """One page of names."""
    async with database.read() as session:
        rows, following = await paged(
            session, select(IdempotencyRow), *KEYS, page=Page(limit=limit, cursor=cursor), descending=descending
        )
    return [row.key_hash for row in rows], following


@pytest.mark.parametrize("descending", [True, False])
async def test_every_row_is_shown_once_even_at_equal_times(database: Database, descending: bool) -> None:
    await add(database, "a", "b", "c")
    await add(database, "d", "e", at=START + timedelta(microseconds=1))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        names, cursor = await page(database, cursor, descending=descending)
        seen += names
    assert cursor is None
    assert seen == sorted("abcde", reverse=descending)


async def test_a_row_added_at_the_front_moves_nothing(database: Database) -> None:
    await add(database, "a", "b", "c")
    first, cursor = await page(database, None)
    await add(database, "z", at=START + timedelta(seconds=1))
    second, end = await page(database, cursor)
    assert (first, second, end) == (["c", "b"], ["a"], None)


async def test_a_full_last_page_has_no_next(database: Database) -> None:
    await add(database, "a", "b")
    assert await page(database, None) == (["b", "a"], None)


async def test_selecting_columns_gives_tuples(database: Database) -> None:
    await add(database, "a")
    async with database.read() as session:
        statement = select(IdempotencyRow.key_hash, IdempotencyRow.digest)
        rows, _ = await paged(session, statement, *KEYS, page=Page())
    assert rows == [("a", "")]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "W10",
        "WzFd",
        "WzEsMl0",
        "bnVsbA",
        "eyJhIjoxfQ",
        "é",
        "////",
        encode(["a", "b"]),
        encode([1, "\x00"]),
        encode([10**18, "a"]),
    ],
)
async def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(cursor, KEYS)
    assert refused.value.code == "invalid_cursor"


@given(st.text(max_size=60))
def test_no_text_breaks_the_decoder(cursor: str) -> None:
    try:
        values = decode(cursor, KEYS)
    except Invalid:
        return
    assert isinstance(values[0], datetime)


@given(
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40),
)
def test_a_cursor_brings_its_values_back(at: datetime, name: str) -> None:
    assert decode(encode([at, name]), KEYS) == [at, name]


def test_an_identifier_must_be_one() -> None:
    from contact_center.accounts.models import User

    identifier = new_id()
    assert decode(encode([identifier]), [User.id]) == [identifier]
    with pytest.raises(Invalid):
        decode(encode(["'; drop table"]), [User.id])
