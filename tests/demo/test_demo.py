"""The demo: who can sign in, what is there, mail out and back over the real doors, and where it refuses to run."""

import asyncio
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from sqlalchemy import func, select

from config import settings as configuration
from contact_center.accounts.models import User
from contact_center.clock import Clock
from contact_center.demo import Demo, DemoRefused, catcher
from contact_center.demo.carrier.texts import TextCarrier
from contact_center.demo.catcher import MailCatcher
from contact_center.demo.people import PEOPLE
from contact_center.interactions.models import Conversation, Message
from contact_center.queues.models import Queue
from contact_center.tickets.models import Ticket
from tests.waiting import eventually


async def test_everybody_of_the_demo_can_sign_in(demo_house: Any) -> None:
    roles = {}
    for person in PEOPLE:
        demo_house.http.cookie_jar.clear()
        demo_house.csrf = ""
        user = await demo_house.sign_in(person.login)
        roles[person.login] = (user["roles"], user["language"])

    assert roles == {
        "admin": (["admin"], "en"),
        "supervisor": (["supervisor"], "en"),
        "alice": (["agent"], "en"),
        "bob": (["agent"], "en"),
        "mei": (["agent"], "zh-CN"),
    }


async def test_screens_are_not_empty_and_nothing_waits(demo_house: Any) -> None:
    await demo_house.sign_in("supervisor")

    _, everything = await demo_house.call("GET", "/conversations?view=all")
    _, queues = await demo_house.call("GET", "/queues/live")
    _, rules = await demo_house.call("GET", "/triage-rules")

    assert {item["customer"]["name"] for item in everything["items"]} >= {"Anna Schmidt", "陈静"}
    assert [queue["queue"]["name"] for queue in queues["items"]] == ["Support", "Billing", "中文支持"]
    assert all(queue["waiting"] == 0 for queue in queues["items"])
    assert len(rules["items"]) == 4


async def test_complaints_of_its_past_stand_with_their_customers_in_both_languages(demo_house: Any) -> None:
    await demo_house.sign_in("supervisor")
    _, complaints = await demo_house.call("GET", "/complaints")
    found = {(one["customer"]["name"], one["state"], one["repeats"]) for one in complaints["items"]}
    assert found == {
        ("Anna Schmidt", "closed", 0),
        ("James Carter", "acknowledged", 0),
        ("陈静", "acknowledged", 0),
        ("陈静", "recorded", 1),
    }
    _, customers = await demo_house.call("GET", "/customers")
    open_ones = {one["name"]: one["complaints_open"] for one in customers["items"] if one["complaints_open"]}
    assert open_ones == {"James Carter": 1, "陈静": 2}


async def test_its_articles_are_found_by_words_of_either_language_and_what_is_being_written_is_not(
    demo_house: Any,
) -> None:
    await demo_house.sign_in("alice")

    async def found(query: str) -> list[str]:
        _, body = await demo_house.call("GET", f"/kb/search?q={query}")
        return [hit["title"] for hit in body["items"]]

    assert await found("invoice") == ["Invoices made out to a company"]
    assert (await found("退货"))[0] == "如何退货"
    assert await found("wool") == []


async def test_furnishing_again_changes_nothing(demo_house: Any) -> None:
    server = demo_house.server

    async def counted() -> list[int]:
        async with server.database.read() as session:
            tables = (User, Queue, Conversation, Message, Ticket)
            return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = await counted()
    demo = Demo(
        server.settings,
        Clock(),
        MailCatcher(server.settings.data_dir / "other", Clock()),
        TextCarrier(Clock(), account_sid="AC0", auth_token="x"),
    )
    await demo.furnish(server.database, server.profiles)

    assert await counted() == before
    assert before[0] == len(PEOPLE)


async def test_mail_goes_in_and_its_answer_comes_back_and_is_answered_in_the_same_conversation(demo_house: Any) -> None:
    await demo_house.sign_in("supervisor")
    status, sent = await demo_house.write(subject="Broken vase", text="It broke.", enclosed="photo.pdf")
    assert (status, sent["sent"]) == (201, 1)
    conversation_id: str = await eventually(lambda: _found(demo_house, "Broken vase"))

    reply = {"kind": "reply", "text": "A new one is on its way.", "client_message_id": "1", "then": "stay"}
    status, answered = await demo_house.call("POST", f"/conversations/{conversation_id}/messages", reply)
    assert status == 201, answered
    (caught,) = await eventually(lambda: demo_house.mailbox("anna.schmidt@kunde.example"))
    parsed = message_from_string(caught["raw"], policy=policy.default)
    assert parsed["In-Reply-To"] == sent["message_ids"][0]
    assert "A new one is on its way." in caught["text"]

    status, _ = await demo_house.write(
        subject=f"Re: {caught['subject']}", text="Thank you!", answers=caught["id"], to=""
    )
    assert status == 201
    thread: list[Any] = await eventually(lambda: _customers_words(demo_house, conversation_id, 2))
    assert [(message["visible_text"] or message["text"]).strip() for message in thread] == ["It broke.", "Thank you!"]
    assert thread[0]["attachments"][0]["name"] == "photo.pdf"


async def _found(demo_house: Any, subject: str) -> Any:
    _, listed = await demo_house.call("GET", "/conversations?view=all")
    return next((item["id"] for item in listed["items"] if item["subject"] == subject), None)


async def _customers_words(demo_house: Any, conversation_id: str, count: int) -> Any:
    _, thread = await demo_house.call("GET", f"/conversations/{conversation_id}/messages")
    found = [message for message in thread["items"] if message["direction"] == "in"]
    return found if len(found) == count else None


async def test_twenty_at_once_are_twenty_conversations(demo_house: Any) -> None:
    await demo_house.sign_in("supervisor")

    status, sent = await demo_house.write(subject="Many", text="One of many", count="20")

    assert (status, sent["sent"], len(set(sent["message_ids"]))) == (201, 20, 20)
    _, listed = await demo_house.call("GET", "/conversations?view=all&limit=100")
    assert len([item for item in listed["items"] if item["subject"].startswith("Many (")]) == 20


@pytest.mark.parametrize(
    "wrong", [{"address": "nobody"}, {"to": "nowhere"}, {"count": "21"}, {"count": "0"}, {"count": "many"}]
)
async def test_a_form_that_makes_no_sense_is_refused(demo_house: Any, wrong: dict[str, str]) -> None:
    status, problem = await demo_house.write(subject="x", text="y", **wrong)

    assert (status, problem["code"]) == (400, "bad_request")


async def test_what_the_mail_server_refuses_is_said(demo_house: Any) -> None:
    status, problem = await demo_house.write(to="unknown@demo.example", subject="x", text="y")

    assert (status, problem["code"]) == (409, "mail_refused")
    assert "5.1.1" in problem["detail"]


async def test_a_foreign_page_cannot_write_mails_here(demo_house: Any) -> None:
    status, _ = await demo_house.write(subject="x", text="y", headers={"Origin": "https://elsewhere.example"})

    assert status == 404


@pytest.mark.parametrize(("language", "expected"), [("en", "What came back"), ("zh-CN", "收到的回信")])
async def test_the_page_speaks_both_languages_and_needs_nothing_from_outside(
    demo_house: Any, language: str, expected: str
) -> None:
    async with demo_house.http.get(f"{demo_house.base}/simulator", headers={"Accept-Language": language}) as answer:
        page = await answer.text()
        policies = answer.headers["Content-Security-Policy"]

    assert expected in page
    assert "{{" not in page
    assert "://" not in page.replace("http://127.0.0.1", "")
    assert "default-src 'none'" in policies
    for name in ("page.js", "page.css"):
        async with demo_house.http.get(f"{demo_house.base}/simulator/{name}") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "wrong", [{"http": {"host": "0.0.0.0"}}, {"email": {"smtp_listen": "0.0.0.0:0"}}, {"http": {"host": "example.org"}}]
)
async def test_the_demo_refuses_to_be_reached_from_elsewhere(tmp_path: Path, wrong: dict[str, Any]) -> None:
    settings = configuration.load({}, demo=True, secret_key="k" * 40, data_dir=tmp_path, **wrong)

    with pytest.raises(DemoRefused, match="this machine only"):
        await Demo.open(settings, Clock())


async def test_there_is_no_demo_outside_demo_mode(tmp_path: Path) -> None:
    settings = configuration.load({}, secret_key="k" * 40, data_dir=tmp_path)

    with pytest.raises(DemoRefused, match="not demo mode"):
        await Demo.open(settings, Clock())


async def test_caught_mail_survives_a_restart_and_the_oldest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catcher, "KEEP", 3)
    first = MailCatcher(tmp_path, Clock())
    port = await first.start()
    for number in range(4):
        mail = f"From: us@demo.example\r\nTo: you@x.example\r\nSubject: {number}\r\n\r\n.dot\r\n"
        await aiosmtplib.send(
            mail.encode(), sender="us@demo.example", recipients=["You@x.example"], hostname="127.0.0.1", port=port
        )
    await first.close()
    second = MailCatcher(tmp_path, Clock())
    await second.start()
    kept = second.mails(to="you@x.example")
    await second.close()

    assert [mail.parsed()["Subject"] for mail in kept] == ["3", "2", "1"]
    assert kept[0].raw.endswith(b"\r\n.dot\r\n")
    assert len(await asyncio.to_thread(lambda: list(tmp_path.glob("*.eml")))) == 3
