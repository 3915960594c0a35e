"""A survey wire to wire: the agent resolves, the customer gets one question by mail, answers it, the supervisor reads it."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.widget import PATIENCE, Shopper
from tests.waiting import eventually
from tools.axe import findings, serious

ASKED = "bea@customer.example"


async def test_a_resolved_mail_is_asked_about_and_the_answer_reaches_report_and_record(
    house: House, browser: Browser
) -> None:
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

    page = await browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True)
    await page.goto(link[0])
    await expect(page.get_by_label("Very happy")).to_be_checked(timeout=PATIENCE)
    assert await last() is None
    for theme in ("dark", "light"):
        await page.emulate_media(color_scheme=theme)
        assert serious(await findings(page)) == set()
    await page.get_by_role("textbox").fill("Quick!")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading")).to_contain_text("Thank you", timeout=PATIENCE)
    assert serious(await findings(page)) == set()
    await page.close()
    assert (await last())["score"] == 5
    sue = await house.sign_in("supervisor", connect=False)
    newest = (await sue.call("GET", "/survey-responses"))["items"][0]
    assert (newest["comment"], newest["agent"]["name"]) == ("Quick!", alice.me["name"])
    assert (await sue.call("GET", "/reports/csat"))["total"]["answered"] >= 1


@pytest.mark.parametrize(
    ("site", "question", "choice", "send", "thanks"),
    [
        ("shop", "How content", "4: Happy", "Send", "Thank you for your answer."),
        ("shop-zh", "满意", "4: 满意", "发送", "感谢您的评价。"),
    ],
)
async def test_a_visitor_rates_a_chat_that_ended_and_may_change_the_answer(
    house: House, browser: Browser, site: str, question: str, choice: str, send: str, thanks: str
) -> None:
    admin = await house.sign_in("admin", connect=False)
    for survey in (await admin.call("GET", "/surveys"))["items"]:
        await admin.call("PATCH", f"/surveys/{survey['id']}", {"enabled": True, "delay_seconds": 3600})
    agent = await house.sign_in("alice" if site == "shop" else "mei")
    await agent.available()
    visitor = await Shopper.open(browser, house, site=site)
    await visitor.chat()
    if site == "shop-zh":
        await visitor.panel.get_by_label("姓名").fill("李雷", timeout=PATIENCE)
        await visitor.panel.get_by_label("电子邮箱").fill("li.lei@kehu.example")
        await visitor.panel.get_by_role("button", name="开始聊天").click()
    await visitor.say("Where is my parcel?" if site == "shop" else "我的包裹在哪里？")
    offer = await agent.offer()
    await agent.accept(offer)
    conversation = str(offer["conversation_id"])
    await agent.reply(conversation, "It comes today.", then="resolve")

    async def asked() -> Any:
        found = (await admin.call("GET", "/survey-responses"))["items"]
        return [one for one in found if one["conversation_id"] == conversation]

    await eventually(asked, what="the question asked")
    rating = visitor.panel.locator("form.rating")
    await expect(rating).to_contain_text(question, timeout=PATIENCE)
    await rating.get_by_label(choice).check(timeout=PATIENCE)
    await rating.locator("textarea").fill("Quick 很快")
    await rating.get_by_role("button", name=send).click()
    await expect(rating.get_by_role("status")).to_have_text(thanks, timeout=PATIENCE)
    assert serious(await findings(visitor.page.frames[-1])) == set()

    async def said() -> Any:
        return (await agent.call("GET", f"/conversations/{conversation}"))["csat"]

    assert (await said())["score"] == 4
    await visitor.page.reload()
    await expect(rating.get_by_label(choice)).to_be_checked(timeout=PATIENCE)
    await rating.locator("input[value='5']").check()
    await rating.get_by_role("button", name=send).click()
    await expect(rating.get_by_role("status")).to_have_text(thanks, timeout=PATIENCE)
    assert (await said())["score"] == 5
    newest = (await admin.call("GET", "/survey-responses"))["items"][0]
    assert (newest["channel"], newest["comment"]) == ("chat", "Quick 很快")
    assert visitor.errors == []
    await visitor.close()
