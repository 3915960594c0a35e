"""Surveys after mail and chat, over real tables and a real socket: who is asked, how often, and that only sending records an answer."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.rating import Ratings
from config import settings as configuration
from contact_center import history
from contact_center.clock import Clock
from contact_center.db import Base, Database
from contact_center.events import EventRow
from contact_center.files import FileStore
from contact_center.history import HistoryRow
from contact_center.ids import new_id
from contact_center.intake.received import TakenIn
from contact_center.interactions import ending
from contact_center.interactions.models import Interaction, Message
from contact_center.jobs.rows import JobRow
from contact_center.queues.models import Queue
from contact_center.reports import routes as report_routes
from contact_center.surveys import routes as survey_routes
from contact_center.surveys.asking import ASKED, Asking, ask
from contact_center.surveys.models import Survey, SurveyResponse
from contact_center.surveys.page import SurveyPage
from contact_center.tokens import Tokens
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.workspace.replying import Rules
from contact_center.workspace.routes import all_routes
from tests.workspace.house import UNITS, House, Staff, furnish

TOKENS = Tokens.of("k" * 40)
ASKING = Asking(TOKENS, "http://house.example", link_life=timedelta(days=14), peace=timedelta(days=30))


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = configuration.load({}, demo=True, data_dir=tmp_path)
    database, clock = Database(database_url), Clock()
    house = await furnish(database, clock, FileStore(tmp_path / "files"))
    gate = Gate(LocalLimiter(), burst=10_000, per_second=10_000)
    parts = Web(
        settings=settings,
        database=database,
        clock=clock,
        authenticator=Staff(house.people),
        metrics=Metrics(),
        gate=gate,
        idempotency=Idempotency(database, clock, secret="x" * 32),
    )
    app = application(parts)
    workspace = all_routes(rules=Rules(UNITS), store=house.store, heavy=house.heavy)
    add_operations(app, operations_of([*workspace, survey_routes.routes, report_routes.routes]), parts)
    SurveyPage(database, clock, TOKENS, gate).add_to(app)
    async with TestClient(TestServer(app)) as client:
        house.client = client
        await set_survey(house)
        yield house
    await house.heavy.close()
    await database.close()


async def set_survey(house: House, **values: Any) -> None:
    given = {"id": new_id(), "queue_id": house.queues["sales"], "enabled": True, "question": {}} | values
    await house.database.write(lambda session: session.execute(insert(Survey).values(given)))


async def change(house: House, table: type[Base], **values: Any) -> None:
    await house.database.write(lambda session: session.execute(update(table).values(**values)))


async def close(house: House, taken: TakenIn) -> None:
    async def unit(session: AsyncSession) -> None:
        interaction_id = taken.interaction_id or ""
        await ending.close(session, interaction_id, at=house.clock.now(), actor=history.SYSTEM)

    await house.database.write(unit)


async def asked(house: House, taken: TakenIn, *, at: datetime | None = None, waited: bool = False) -> str | None:
    """What the job of the closure does."""
    when = at or house.clock.now()
    return await house.database.write(
        lambda session: ask(session, ASKING, taken.interaction_id or "", at=when, waited=waited)
    )


async def closed_mail(house: House, text: str = "Where is it?", **options: Any) -> TakenIn:
    taken = await house.arrive(text, agent="alice", **options)
    await close(house, taken)
    return taken


def page_of(response_id: str | None) -> str:
    assert response_id is not None
    return ASKING.link(response_id).removeprefix(ASKING.public_url)


async def look(house: House, path: str) -> tuple[int, str]:
    async with house.client.get(path) as answer:
        return answer.status, await answer.text()


async def send(house: House, path: str, **form: str) -> tuple[int, str]:
    async with house.client.post(path, data=form) as answer:
        return answer.status, await answer.text()


async def responses(house: House) -> list[Any]:
    return await house.rows(SurveyResponse)


async def test_closing_asks_for_the_job_and_the_job_mails_the_question(house: House) -> None:
    taken = await closed_mail(house)
    jobs = [row.payload for row in await house.rows(JobRow) if row.kind == ending.SURVEY_JOB]
    assert jobs == [{"interaction_id": taken.interaction_id}]
    response_id = await asked(house, taken)
    (mail,) = [row for row in await house.rows(Message) if row.direction == "out"]
    assert mail.author_kind == "system"
    assert mail.recipients["to"] == [{"value": "carol@shop.example", "name": "Carol"}]
    assert f"{ASKING.link(response_id or '')}?score=5" in mail.text
    assert "How content are you" in mail.text


async def test_the_customers_language_is_asked_in_and_answered_in(house: House) -> None:
    taken = await closed_mail(house, "我的订单在哪里？", language="zh")
    path = page_of(await asked(house, taken))
    status, text = await look(house, path)
    assert (status, "您对我们的服务满意吗？" in text, 'lang="zh-CN"' in text) == (200, True, True)


async def test_looking_records_nothing_and_chooses_beforehand(house: House) -> None:
    path = page_of(await asked(house, await closed_mail(house)))
    for _ in range(3):
        status, text = await look(house, f"{path}?score=1")
        assert status == 200
        assert 'value="1" required checked' in text
    async with house.client.head(path) as answer:
        assert answer.status == 200
    (row,) = await responses(house)
    assert (row.state, row.score, row.answered_at) == ("asked", None, None)


async def test_an_answer_is_recorded_once_and_may_be_changed_until_it_expires(house: House) -> None:
    path = page_of(await asked(house, await closed_mail(house)))
    assert (await send(house, path, score="2", comment="slow <b>"))[0] == 200
    assert (await send(house, path, score="2", comment="slow <b>"))[0] == 200
    (row,) = await responses(house)
    assert (row.state, row.score, row.comment, row.version) == ("answered", 2, "slow <b>", 2)
    assert "slow &lt;b&gt;" in (await look(house, path))[1]
    assert (await send(house, path, score="4", comment=""))[0] == 200
    moves = [row.cause for row in await house.rows(HistoryRow) if row.entity == "survey_response"]
    assert moves == ["asked", "answered", "changed"]
    await change(house, SurveyResponse, expires_at=house.clock.now() - timedelta(seconds=1))
    assert (await look(house, path))[0] == 410
    status, text = await send(house, path, score="1")
    assert (status, "This survey is over" in text) == (410, True)
    (row,) = await responses(house)
    assert row.score == 4


@pytest.mark.parametrize("form", [{}, {"score": "6"}, {"score": "0"}, {"score": "²"}, {"comment": "kept"}])
async def test_a_form_without_a_choice_says_so_and_keeps_the_words(house: House, form: dict[str, str]) -> None:
    path = page_of(await asked(house, await closed_mail(house)))
    status, text = await send(house, path, **form)
    assert (status, "Please choose one of the answers." in text) == (422, True)
    assert form.get("comment", "") in text
    (row,) = await responses(house)
    assert row.score is None


async def test_a_foreign_or_damaged_link_is_told_so(house: House) -> None:
    path = page_of(await asked(house, await closed_mail(house)))
    for wrong in ("/survey/nonsense", path[:-1], f"/survey/{TOKENS.name('password', new_id())}", page_of(new_id())):
        status, text = await look(house, wrong)
        assert (status, "This link does not work" in text) == (404, True)
        assert (await send(house, wrong, score="5"))[0] == 404


async def test_a_closure_is_asked_about_once_and_a_customer_left_in_peace(house: House) -> None:
    taken = await closed_mail(house)
    assert await asked(house, taken) is not None
    assert await asked(house, taken) is None
    later = house.clock.now() + timedelta(days=31)
    assert await asked(house, taken, at=later) is None
    again = await closed_mail(house, "And another thing")
    assert await asked(house, again) is None
    assert await asked(house, again, at=later) is not None
    other = await closed_mail(house, "Hello", sender="dora@shop.example", name="Dora")
    assert await asked(house, other) is not None


async def test_machines_our_own_letters_and_unhandled_work_are_not_asked_about(house: House) -> None:
    for values in ({"wish": {"no_answer": True}}, {"direction": "out"}, {"state": "ignored"}, {"channel": "sms"}):
        taken = await closed_mail(house, str(values), sender=f"c{len(str(values))}@shop.example")
        await change(house, Interaction, **values)
        assert await asked(house, taken) is None
    ours = await closed_mail(house, "loop", sender="support@house.example")
    assert await asked(house, ours) is None
    cancelled = await house.arrive("nobody had it")
    await close(house, cancelled)
    ids = [row.payload["interaction_id"] for row in await house.rows(JobRow) if row.kind == ending.SURVEY_JOB]
    assert cancelled.interaction_id not in ids


async def test_a_chat_is_asked_in_its_panel_once_at_once_and_never_by_mail(house: House) -> None:
    await change(house, Survey, delay_seconds=600)
    taken = await closed_mail(house)
    await change(house, Interaction, channel="chat")
    response_id = await asked(house, taken)
    assert response_id is not None
    assert await asked(house, taken, waited=True) is None
    assert [row for row in await house.rows(Message) if row.direction == "out"] == []
    assert [row for row in await house.rows(JobRow) if row.payload.get("waited")] == []
    told = [row.entity_id for row in await house.rows(EventRow) if row.kind == ASKED]
    assert told == [taken.conversation_id]
    assert (await send(house, page_of(response_id), score="2"))[0] == 200
    assert [(row.channel, row.score) for row in await responses(house)] == [("chat", 2)]


async def test_the_panel_is_given_its_question_and_answer_until_the_link_ends(house: House) -> None:
    taken = await closed_mail(house)
    await change(house, Interaction, channel="chat")
    ratings = Ratings(house.database, house.clock, TOKENS)
    assert await ratings.of(taken.interaction_id) is None
    path = page_of(await asked(house, taken))
    given = await ratings.of(taken.interaction_id)
    assert given is not None
    assert (given["path"], given["score"], given["comment"]) == (path, None, "")
    await send(house, path, score="4", comment="Quick")
    answered = await ratings.of(taken.interaction_id)
    assert answered is not None
    assert (answered["score"], answered["comment"]) == (4, "Quick")
    await change(house, SurveyResponse, expires_at=house.clock.now())
    assert await ratings.of(taken.interaction_id) is None
    assert (await send(house, path, score="1"))[0] == 410
    assert [row.score for row in await responses(house)] == [4]


async def test_a_queue_asks_only_when_switched_on_and_after_its_delay(house: House) -> None:
    await change(house, Survey, enabled=False)
    taken = await closed_mail(house)
    assert await asked(house, taken) is None
    await change(house, Survey, enabled=True, delay_seconds=600)
    now = house.clock.now()
    assert await asked(house, taken, at=now) is None
    (later,) = [row for row in await house.rows(JobRow) if row.payload.get("waited")]
    assert later.run_at == now + timedelta(seconds=600)
    assert await asked(house, taken, waited=True) is not None


async def test_nobody_is_asked_who_has_written_again_meanwhile(house: House) -> None:
    taken = await closed_mail(house)
    wire_id = (await house.rows(Message))[0].wire_id
    again = await house.arrive("It is broken", answers=wire_id)
    assert again.conversation_id == taken.conversation_id
    assert await asked(house, taken) is None


async def test_the_report_counts_by_queue_and_agent_within_ones_own_queues(house: House) -> None:
    path = page_of(await asked(house, await closed_mail(house)))
    await asked(house, await closed_mail(house, "Hello", sender="dora@shop.example", name="Dora"))
    await send(house, path, score="5", comment="great")
    report = await house.get("/reports/csat", who="sue")
    assert report["total"] == {"asked": 2, "answered": 1, "response_rate": 0.5, "csat": 1.0, "average": 5.0}
    assert [(one["queue"]["name"], one["figures"]["asked"]) for one in report["queues"]] == [("sales", 2)]
    assert [(one["agent"]["name"], one["figures"]["answered"]) for one in report["agents"]] == [("Alice", 1)]
    assert (await house.get("/reports/csat", who="bob"))["total"]["asked"] == 0
    assert (await house.get(f"/reports/csat?queue={house.queues['sales']}", who="bob"))["total"]["asked"] == 0
    items = (await house.get("/survey-responses", who="sue"))["items"]
    assert [(one["customer"]["name"], one["score"]) for one in items] == [("Dora", None), ("Carol", 5)]
    assert (await house.get("/survey-responses", who="bob"))["items"] == []


async def test_the_report_comes_as_csv_without_formulas(house: House) -> None:
    await change(house, Survey, question={"en": "Well?"})
    await asked(house, await closed_mail(house))

    async def rename(session: AsyncSession) -> None:
        await session.execute(update(Queue).where(Queue.id == house.queues["sales"]).values(name="=1+1"))

    await house.database.write(rename)
    async with house.client.get("/api/v1/reports/csat?format=csv", headers={"X-Test-Person": "sue"}) as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        lines = (await answer.read()).decode("utf-8-sig").splitlines()
    assert lines == ["queue,agent,asked,answered,response_rate,csat,average", "'=1+1,Alice,1,0,0.0,,"]


async def test_a_span_that_ends_before_it_begins_is_refused(house: House) -> None:
    status, problem = await house.call("GET", "/reports/csat?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    assert (status, problem["errors"][0]["field"]) == (422, "to")


async def test_the_record_shows_the_newest_answer(house: House) -> None:
    taken = await closed_mail(house)
    path = page_of(await asked(house, taken))
    assert (await house.get(f"/conversations/{taken.conversation_id}"))["csat"] is None
    await send(house, path, score="3", comment="well")
    found = (await house.get(f"/conversations/{taken.conversation_id}"))["csat"]
    assert (found["score"], found["comment"]) == (3, "well")


async def test_administrators_set_what_a_queue_asks(house: House) -> None:
    queue = house.queues["billing"]
    body = {"enabled": True, "delay_seconds": 60, "question": {"zh-CN": "满意吗？"}}
    status, made = await house.call("PATCH", f"/surveys/{queue}", body, who="root")
    assert (status, made["version"], made["question"]) == (200, 1, {"en": "", "zh-CN": "满意吗？"})
    status, _ = await house.call("PATCH", f"/surveys/{queue}", body | {"enabled": False}, who="root", version=7)
    assert status == 412
    status, made = await house.call("PATCH", f"/surveys/{queue}", {"enabled": False}, who="root", version=1)
    assert (status, made["enabled"], made["delay_seconds"], made["version"]) == (200, False, 60, 2)
    listed = (await house.get("/surveys", who="sue"))["items"]
    assert {one["queue"]["name"]: one["enabled"] for one in listed} == {"sales": True, "billing": False}
    assert (await house.call("PATCH", f"/surveys/{queue}", body, who="sue"))[0] == 403
    assert (await house.call("GET", "/surveys", who="alice"))[0] == 403
