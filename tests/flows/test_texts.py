"""What a queue says by itself, wire to wire: an acknowledgement marked as a machine's, and none where a machine would read it."""

from typing import Any

from playwright.async_api import Browser

from tests.flows.house import House, letter
from tests.flows.widget import Shopper
from tests.waiting import eventually


async def test_a_mail_is_acknowledged_at_once_and_a_lists_mail_is_not(house: House) -> None:
    admin = await house.sign_in("admin")
    queues = (await admin.call("GET", "/queues"))["items"]
    texts = {"acknowledgement": {"en": "Your mail is ticket {{ticket.number}}.", "zh-CN": "工单 {{ticket.number}}。"}}
    for queue in queues:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"texts": texts})
    listed = letter("robot@lists.example", "Digest", "All the news", List_Id="<news.lists.example>")
    await house.mail(listed)
    asked = letter(subject="Where is it?", text="Hello, where is my parcel?")
    await house.mail(asked)
    mail = (await house.caught("ana@customer.example")).parsed()
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == asked["Message-ID"]
    assert mail["Subject"] == "Re: Where is it?"
    body = mail.get_body(("plain",))
    assert body is not None

    async def items() -> dict[str, dict[str, Any]]:
        listing = await admin.call("GET", "/conversations?view=all")
        return {one["subject"]: one for one in listing["items"]}

    async def both() -> bool:
        found = await items()
        return all(
            one in found and found[one]["interaction"]["state"] in ("queued", "offered")
            for one in ("Digest", "Where is it?")
        )

    await eventually(both, what="both mails in line")
    found = await items()
    ticket = found["Where is it?"]["ticket"]
    assert body.get_content().startswith(f"Your mail is ticket {ticket['number']}.")
    assert found["Where is it?"]["preview"]["direction"] == "in"
    thread = await admin.thread(str(found["Digest"]["id"]))
    assert [one["direction"] for one in thread if one["kind"] == "message"] == ["in"]
    again = letter(subject="Re: Where is it?", text="And?", In_Reply_To=str(mail["Message-ID"]))
    await house.mail(again)

    async def followed() -> bool:
        thread = await admin.thread(str(found["Where is it?"]["id"]))
        return [one["direction"] for one in thread if one["kind"] == "message"] == ["in", "out", "in"]

    await eventually(followed, what="the second mail in the same thread")


async def test_a_visitor_is_greeted_in_their_language_and_the_agent_still_reads_their_words(
    house: House, browser: Browser
) -> None:
    admin = await house.sign_in("admin")
    for queue in (await admin.call("GET", "/queues"))["items"]:
        texts = {"greeting": {"en": "Hello! {{queue.name}} is with you soon.", "zh-CN": "您好！"}}
        await admin.call("PATCH", f"/queues/{queue['id']}", {"texts": texts})
    alice = await house.sign_in("alice")
    await alice.available()
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await visitor.say("Where is my parcel?")
    await visitor.sees("is with you soon.")
    offer = await alice.offer()
    assert offer["preview"] == "Where is my parcel?"
    await visitor.say("Are you there?")
    await visitor.stored("Are you there?")
    assert [text for text in await visitor.texts() if "soon" in text] == ["Hello! Support is with you soon."]
    assert visitor.errors == []
    await visitor.close()
