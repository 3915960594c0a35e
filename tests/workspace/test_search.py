"""What a search finds is what a reader of every subject, name and address would find, on both engines and by both ways."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, words
from contact_center.accounts.models import User
from contact_center.customers import actions as customers
from contact_center.customers.models import Customer, Identity
from contact_center.customers.shapes import CustomerChange, IdentityIn, NewCustomer
from contact_center.db import Database
from contact_center.history import HistoryRow
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount, Conversation, subject_key
from contact_center.workspace import search
from contact_center.workspace.shapes import View
from contact_center.workspace.visibility import Sight
from contact_center.workspace.worklist import EVERY, wanted
from tests.workspace.house import House

START = datetime(2026, 11, 1, tzinfo=UTC)
QUEUES = (new_id(), new_id())
READERS = [Sight(True), Sight(False, QUEUES)]
LATIN_AND_HAN = st.text(alphabet="abAB 12-退款货物é.", max_size=12)
HAN = re.compile("[退款货物]+|[^退款货物]+")


@dataclass
class Desk:
    """A database with one mailbox and one reader."""

    database: Database
    account_id: str
    user_id: str


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    found = Desk(Database(database_url), new_id(), new_id())

    async def unit(session: AsyncSession) -> None:
        session.add(ChannelAccount(id=found.account_id, channel="email", name="Desk", address="desk@house.example"))
        session.add(
            User(
                id=found.user_id, email="a@x.example", email_key="a@x.example", name="A", name_key="a", created_at=START
            )
        )

    await found.database.write(unit)
    yield found
    await found.database.close()


def naive_words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    apart = "".join(one if one.isalnum() else " " for one in folded).split()
    return [run for word in apart for run in HAN.findall(word)]


def naive_finds(query: str, texts: list[str]) -> bool:
    """Every word asked for begins a word here, or stands anywhere within Chinese."""
    here, asked = [word for text in texts for word in naive_words(text)], naive_words(query)
    return bool(asked) and all(
        any(one in word if one[0] in "退款货物" else word.startswith(one) for word in here) for one in asked
    )


@dataclass
class Told:
    """A customer's names (before, after) and address, and the subjects of their conversations."""

    name: str
    renamed: str | None
    address: str
    subjects: list[str]


STORIES = st.lists(
    st.builds(
        Told,
        name=LATIN_AND_HAN.map(lambda text: text or "x"),
        renamed=st.none() | LATIN_AND_HAN.map(lambda text: text or "x"),
        address=st.text(alphabet="ab12", min_size=1, max_size=4),
        subjects=st.lists(LATIN_AND_HAN, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda told: told.address,
)


async def tell(session: AsyncSession, desk: Desk, stories: list[Told]) -> dict[str, list[str]]:
    """Start anew with these; conversation id -> what it is found by, newest last."""
    for table in (Conversation, Identity, Customer, words.SearchWord, HistoryRow):
        await session.execute(delete(table))
    found: dict[str, list[str]] = {}
    for told in stories:
        customer = await customers.create(session, NewCustomer(name=told.name), at=START, actor=history.SYSTEM)
        address = f"{told.address}@a.b"
        await customers.add_identity(session, customer, IdentityIn(kind="email", value=address), at=START)
        if told.renamed is not None:
            await customers.change(session, customer, CustomerChange(name=told.renamed), expected=None)
        for subject in told.subjects:
            identifier, at = new_id(), START + timedelta(minutes=len(found))
            session.add(
                Conversation(
                    id=identifier,
                    account_id=desk.account_id,
                    channel="email",
                    customer_id=customer,
                    subject=subject,
                    queue_id=QUEUES[len(found) % 2],
                    attention=EVERY[len(found) % 5],
                    created_at=at,
                    last_message_at=at,
                )
            )
            await session.flush()
            await words.add(session, {identifier: subject_key(subject)})
            found[identifier] = [subject, told.renamed or told.name, address]
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stories=STORIES,
    queries=st.lists(LATIN_AND_HAN, min_size=1, max_size=6),
    little=st.sampled_from([0, 1, 1000]),
    seen=st.sampled_from(READERS),
)
async def test_the_index_finds_what_a_reader_of_everything_finds(
    desk: Desk, stories: list[Told], queries: list[str], little: int, seen: Sight
) -> None:
    known = await desk.database.write(lambda session: tell(session, desk, stories))
    searching = search.Searching(little=little)
    for query in queries:
        expected = [one for one in reversed(known) if naive_finds(query, known[one])]
        assert await all_pages(searching, desk, query, seen) == expected, query


async def all_pages(searching: search.Searching, desk: Desk, query: str, seen: Sight) -> list[str]:
    want = wanted(View.ALL, seen, group=None, channel=None, queue=None)
    assert want is not None
    found: list[str] = []
    cursor = None
    while True:
        page = await searching.page(desk.database, want, query, user_id=desk.user_id, limit=2, cursor=cursor)
        found += page.ids
        cursor = page.next_cursor
        if cursor is None:
            return found


async def found_by(house: House, query: str) -> list[str]:
    status, page = await house.call("GET", "/conversations", params={"view": "all", "q": query})
    assert status == 200, page
    return [item["id"] for item in page["items"]]


async def test_a_corrected_name_and_a_new_number_are_found_the_old_name_no_longer(house: House) -> None:
    taken = await house.arrive(sender="dave@y.example", name="Dave Miller", subject="Lamp")
    item = (await house.get("/conversations?view=all"))["items"][0]
    path = f"/customers/{item['customer']['id']}"
    assert await found_by(house, "mill lam") == [taken.conversation_id]
    status, _ = await house.call("PATCH", path, {"name": "李雷"}, who="root", version=item["customer"]["version"])
    assert status == 200
    await house.post(f"{path}/identities", {"kind": "phone", "value": "+8613800138000"}, who="root")
    assert await found_by(house, "miller") == []
    for query in ("雷", "李雷 lamp", "138 0013 8000", "+86 13800138000", "8000", "y.example"):
        assert await found_by(house, query) == [taken.conversation_id], query
    for query in ("雷李", "amp", "!", "#9999"):
        assert await found_by(house, query) == [], query
