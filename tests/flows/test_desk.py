"""A desk to work at all day, in a real browser: taking back, passing on, not answering twice, writing first, finding, being called."""

import re
from email.message import EmailMessage
from typing import Any

from playwright.async_api import Browser, Locator, expect

from tests.flows.house import House, Person, letter
from tests.flows.screen import SOON, Screen
from tests.flows.widget import Shopper
from tests.waiting import eventually


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def at_work(house: House, browser: Browser, subject: str, text: str = "Hello", **more: Any) -> Screen:
    """Alice has a mail open, ready to answer."""
    alice = await Screen.open(browser, house, "alice", **more)
    await alice.available()
    await house.mail(letter(subject=subject, text=text))
    await alice.accept(subject)
    return alice


async def conversation_of(person: Person, subject: str) -> str:
    items = (await person.call("GET", "/conversations?view=all"))["items"]
    return str(next(one for one in items if one["subject"] == subject)["id"])


async def test_a_mail_sent_too_early_comes_back_into_the_composer(house: House, browser: Browser) -> None:
    alice = await at_work(house, browser, "Charged twice", undo_seconds=20)
    page = alice.page
    await alice.answer.fill("Dear Anna")
    await page.keyboard.press("Control+Enter")
    bar = page.locator(".undo")
    await expect(bar).to_contain_text("Ana Ferreira", timeout=SOON)
    await page.get_by_role("heading", name="Charged twice").click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("z")
    await expect(alice.answer).to_have_value("Dear Anna", timeout=SOON)
    await expect(bar).to_have_count(0)
    await expect(page.get_by_text("Cancelled")).to_be_visible(timeout=SOON)

    person = await house.sign_in("alice", connect=False)
    await person.call("PATCH", "/me", {"preferences": {"undo_seconds": 0}})
    await page.reload()
    await alice.shows("Charged twice")
    await expect(alice.answer).to_have_value("Dear Anna")
    await alice.answer.fill("Dear Ana")
    await page.keyboard.press("Control+Enter")
    mail = (await house.caught("ana@customer.example")).parsed()
    assert plain(mail).startswith("Dear Ana\n")
    assert alice.errors == []
    await alice.close()


async def test_a_mail_is_passed_on_with_its_file_and_the_customer_waits_on(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await alice.available()
    message = letter(subject="Broken lamp", text="It flickers.")
    message.add_attachment(b"not really a picture", maintype="image", subtype="png", filename="lamp.png")
    await house.mail(message)
    await alice.accept("Broken lamp")
    await page.get_by_role("button", name="Forward").click()
    text = page.get_by_role("textbox", name="Your words above the forwarded mail")
    await expect(text).to_have_value(re.compile(r"^\s*-{10} Forwarded message"), timeout=SOON)
    await expect(page.locator(".cmp .file")).to_contain_text("lamp.png")
    await page.locator(".cmp-to input").first.fill("workshop@partner.example")
    await text.press("Control+Home")
    await page.keyboard.type("Can you repair this?")
    await page.keyboard.press("Control+Enter")
    mail = (await house.caught("workshop@partner.example")).parsed()
    assert mail["Subject"] == "Fwd: Broken lamp"
    assert plain(mail).startswith("Can you repair this?")
    assert "From: Ana Ferreira <ana@customer.example>" in plain(mail)
    assert "It flickers." in plain(mail)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["lamp.png"]
    await expect(page.locator(".mail").filter(has_text="Forwarded")).to_be_visible(timeout=SOON)
    await expect(page.locator(".grp.now")).to_be_visible()
    await expect(alice.answer).to_be_visible()
    assert alice.errors == []
    await alice.close()


async def test_two_who_answer_at_once_see_each_other_before_they_send(house: House, browser: Browser) -> None:
    alice = await at_work(house, browser, "Where is it?")
    sofia = await Screen.open(browser, house, "supervisor")
    await sofia.page.goto(alice.page.url)
    await sofia.shows("Where is it?")
    await sofia.answer.press_sequentially("I take this")
    told = alice.page.locator(".cmp").get_by_role("status")
    await expect(told).to_contain_text("Sofia Supervisor is writing a reply", timeout=SOON)
    await alice.answer.press_sequentially("So do I")
    await sofia.answer.press("Control+Enter")
    await house.caught("ana@customer.example")
    await expect(alice.page.get_by_role("log")).to_contain_text("I take this", timeout=SOON)
    await alice.answer.press("Control+Enter")
    warning = alice.page.locator(".cmp").get_by_role("alert")
    await expect(warning).to_contain_text("Sofia Supervisor posted while you were writing", timeout=SOON)
    await expect(warning).to_contain_text("I take this")
    await alice.page.get_by_role("button", name="Send anyway").click()
    second = (await house.caught("ana@customer.example", number=2)).parsed()
    assert plain(second).startswith("So do I")
    assert alice.errors == [] and sofia.errors == []
    await sofia.close()
    await alice.close()


async def test_we_write_first_in_chinese_and_the_answer_comes_home(house: House, browser: Browser) -> None:
    mei = await Screen.open(browser, house, "mei", language="zh-CN")
    page = mei.page
    await page.keyboard.press("c")
    layer = page.get_by_role("dialog")
    await layer.get_by_role("combobox", name="收件人").fill("王晓敏 <wang@customer.example>")
    await layer.get_by_label("主题").fill("关于您的订单")
    await layer.get_by_label("正文").fill("货物已经寄出。")
    await page.keyboard.press("Escape")
    await expect(layer).to_have_count(0)
    await page.get_by_role("button", name="写新邮件").click()
    await expect(layer.get_by_label("正文")).to_have_value("货物已经寄出。", timeout=SOON)
    await layer.get_by_label("正文").press("Control+Enter")
    await mei_shows(page.get_by_role("main"), "关于您的订单")
    mail = (await house.caught("wang@customer.example")).parsed()
    assert plain(mail).startswith("货物已经寄出。")
    person = await house.sign_in("mei", connect=False)
    identifier = await conversation_of(person, "关于您的订单")
    item = (await person.call("GET", f"/conversations/{identifier}"))["item"]
    assert (item["ticket"]["status"], item["group"]) == ("waiting", "waiting")

    answer = letter("wang@customer.example", f"Re: {mail['Subject']}", "收到了", In_Reply_To=str(mail["Message-ID"]))
    await house.mail(answer, to=str(mail["From"].addresses[0].addr_spec))
    await expect(page.get_by_role("log")).to_contain_text("收到了", timeout=SOON)
    assert mei.errors == []
    await mei.close()


async def mei_shows(main: Locator, subject: str) -> None:
    await expect(main.get_by_role("heading", name=subject)).to_be_visible(timeout=SOON)


async def test_a_chat_goes_on_by_mail_to_an_address_that_is_known(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await alice.available()
    await house.mail(letter(subject="Earlier"))
    await alice.accept("Earlier")
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await visitor.say("Please write to me")
    await visitor.stored("Please write to me")
    await expect(alice.offers).to_have_count(1, timeout=SOON)
    await page.keyboard.press("Alt+a")
    await expect(page.get_by_role("log")).to_contain_text("Please write to me", timeout=SOON)
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Go on by mail").click()
    layer = page.get_by_role("dialog")
    await layer.get_by_role("combobox", name="To").press_sequentially("ana")
    await layer.get_by_role("option", name="ana@customer.example").click(timeout=SOON)
    await layer.get_by_label("Subject").fill("Our chat")
    await layer.get_by_label("Text").fill("As you wished.")
    await layer.get_by_role("button", name="Send and wait").click()
    await alice.shows("Our chat")
    assert plain((await house.caught("ana@customer.example")).parsed()).startswith("As you wished.")
    person = await house.sign_in("alice", connect=False)
    items = (await person.call("GET", "/conversations?view=all"))["items"]
    chat = next(one for one in items if one["channel"] == "chat")
    mail = next(one for one in items if one["subject"] == "Our chat")
    assert mail["ticket"]["id"] == chat["ticket"]["id"]
    assert alice.errors == [] and visitor.errors == []
    await visitor.close()
    await alice.close()


async def test_words_far_up_in_a_long_thread_are_found_in_their_folded_mail(house: House, browser: Browser) -> None:
    alice = await at_work(house, browser, "A long story", text="The serial number is QX-42.\n\nIt stood on the lamp.")
    page = alice.page
    person = await house.sign_in("alice", connect=False)
    identifier = await conversation_of(person, "A long story")
    for number in range(70):
        note = {"kind": "note", "text": f"Note {number}", "client_message_id": f"n{number}"}
        await person.call("POST", f"/conversations/{identifier}/messages", note)
    await page.reload()
    await alice.shows("A long story")
    await expect(page.get_by_role("log")).to_contain_text("Note 69", timeout=SOON)
    await expect(page.get_by_text("The serial number")).to_have_count(0)
    await page.keyboard.press("Control+f")
    box = page.get_by_role("searchbox", name="Find in this conversation")
    await box.fill("qx-42")
    await expect(page.locator("mark", has_text="QX-42")).to_be_in_viewport(timeout=SOON)
    await box.fill("note 6")
    bar = page.locator(".findbar")
    await expect(bar).to_contain_text("1 of 11", timeout=SOON)
    await page.keyboard.press("Enter")
    await expect(bar).to_contain_text("2 of 11", timeout=SOON)
    await expect(page.locator(".looked")).to_contain_text("Note 68")
    await page.keyboard.press("Escape")
    await expect(page.locator("mark")).to_have_count(0)
    assert alice.errors == []
    await alice.close()


CALLED = """{
  window.called = [];
  window.Notification = class { static permission = 'granted'; constructor(title, more) { window.called.push([title, more.body]); }
    close() {} };
  window.away = away => Object.defineProperty(document, 'hidden', { configurable: true, get: () => away });
}"""


async def test_whoever_looks_elsewhere_is_called_and_not_when_they_want_quiet(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await page.add_init_script(CALLED)
    await page.reload()
    await expect(page.locator(".presence")).to_be_visible(timeout=SOON)
    await alice.available()
    person = await house.sign_in("alice", connect=False)
    opening = letter(subject="Hello there", text="First of all")
    await house.mail(opening)
    await alice.accept("Hello there")

    async def follows(text: str) -> None:
        await house.mail(letter(subject="Re: Hello there", text=text, In_Reply_To=str(opening["Message-ID"])))

    await page.evaluate("window.away(true)")
    await follows("Are you there?")
    await eventually(lambda: page.evaluate("window.called.length"), what="a notification")
    assert await page.evaluate("window.called[0]") == ["Ana Ferreira wrote", "Are you there?"]
    await expect(page).to_have_title("(1) Inbox · Contact centre", timeout=SOON)
    icon = await page.locator('link[rel="icon"]').get_attribute("href")
    assert icon is not None and "%3E1%3C%2Ftext" in icon

    await page.evaluate("window.away(false)")
    await page.goto(f"{house.url}/console/account")
    quiet = page.get_by_role("switch", name="Do not disturb")
    await quiet.check(force=True, timeout=SOON)
    await page.get_by_role("button", name="Test the sound").click()
    await expect(page.get_by_text("You should have heard two notes.")).to_be_visible(timeout=SOON)

    async def kept() -> bool:
        return bool((await person.call("GET", "/me"))["preferences"].get("alerts", {}).get("quiet"))

    await eventually(kept, what="the choice kept")
    await page.evaluate("window.away(true)")
    await follows("Hello?")

    async def told() -> bool:
        items = (await person.call("GET", "/conversations?view=mine"))["items"]
        return any(one["preview"]["text"] == "Hello?" for one in items)

    await eventually(told, what="the message stored")
    await page.get_by_role("link", name="Inbox").first.click()
    await expect(page.locator(".row").filter(has_text="Hello?")).to_be_visible(timeout=SOON)
    assert await page.evaluate("window.called") == []
    assert alice.errors == []
    await alice.close()
