"""A survey wire to wire: the agent resolves, the customer gets one question by mail, answers it, the supervisor reads it."""

import re
from typing import Any

import aiohttp

from tests.flows.house import House, letter

ASKED = "bea@customer.example"


async def test_a_resolved_mail_is_asked_about_and_the_answer_reaches_report_and_record(house: House) -> None:
    admin = await house.sign_in("admin")
    for survey in (await admin.call("GET", "/surveys"))["items"]:
        await admin.call("PATCH", f"/surveys/{survey['id']}", {"enabled": True, "delay_seconds": 0})
    alice = await house.sign_in("alice")
    await alice.available()
    await house.mail(letter(ASKED, "A lamp", "Hello, is the lamp in stock?"))
    offer = await alice.offer()
    await alice.accept(offer)
    conversation = str(offer["conversation_id"])
    await alice.reply(conversation, "It is.", then="resolve")
    mail = (await house.caught(ASKED, number=2)).parsed()
    assert str(mail["Auto-Submitted"]).startswith("auto-")
    assert mail["Subject"] == "Re: A lamp"
    body = mail.get_body(("plain",))
    assert body is not None
    link = re.search(r"http\S+/survey/\S+\?score=5", body.get_content())
    assert link is not None

    async def last() -> Any:
        return (await alice.call("GET", f"/conversations/{conversation}"))["csat"]

    async with aiohttp.ClientSession() as customer:
        async with customer.get(link[0]) as page:
            assert (page.status, 'value="5" required checked' in await page.text()) == (200, True)
        assert await last() is None
        async with customer.post(link[0], data={"score": "5", "comment": "Quick!"}) as page:
            assert (page.status, "Thank you" in await page.text()) == (200, True)
    assert (await last())["score"] == 5
    sue = await house.sign_in("supervisor", connect=False)
    newest = (await sue.call("GET", "/survey-responses"))["items"][0]
    assert (newest["comment"], newest["agent"]["name"]) == ("Quick!", alice.me["name"])
    assert (await sue.call("GET", "/reports/csat"))["total"]["answered"] >= 1
