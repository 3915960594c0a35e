"""A chat from the shop's page to the agent's screen and back, in two real browsers."""

from playwright.async_api import Browser, Frame, expect

from tests.flows.house import House
from tests.flows.screen import Screen
from tests.flows.widget import Shopper
from tools.axe import findings, serious


async def test_a_visitor_writes_it_rings_is_accepted_and_answered_in_the_widget(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await visitor.say("Where is my parcel?")
    await visitor.stored("Where is my parcel?")
    accept = alice.page.get_by_role("button", name="Accept")
    await expect(accept).to_be_visible(timeout=20_000)
    await alice.page.keyboard.press("Alt+a")
    await expect(alice.page.get_by_text("Where is my parcel?").last).to_be_visible(timeout=20_000)
    await expect(visitor.panel.get_by_role("status")).to_contain_text("Alice", timeout=20_000)
    box = alice.page.locator("textarea").last
    await box.fill("It arrives tomorrow. 明天到！")
    await alice.page.keyboard.press("Control+Enter")
    await visitor.sees("It arrives tomorrow. 明天到！")
    assert await visitor.texts() == ["Where is my parcel?", "It arrives tomorrow. 明天到！"]
    await visitor.say("Thank you!")
    await expect(alice.page.get_by_text("Thank you!").last).to_be_visible(timeout=20_000)
    assert visitor.errors == [] and alice.errors == []
    await visitor.close()
    await alice.close()


async def at_work(house: House, name: str = "alice") -> None:
    """Somebody is there to chat with."""
    person = await house.sign_in(name)
    await person.available()


def inside(visitor: Shopper) -> Frame:
    """The panel's own document."""
    (frame,) = [one for one in visitor.page.frames if "/widget/panel" in one.url]
    return frame


async def test_a_conversation_survives_reload_another_page_and_the_next_day(house: House, browser: Browser) -> None:
    await at_work(house)
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await visitor.say("First words")
    await visitor.stored("First words")
    await visitor.box.fill("half a thou")
    await visitor.page.reload()
    await visitor.stored("First words")
    await expect(visitor.box).to_have_value("half a thou")
    await visitor.go(page=2)
    await visitor.stored("First words")
    await visitor.say("Second words")
    await visitor.stored("Second words")
    await visitor.page.close()
    later = await Shopper.open(browser, house, context=visitor.context)
    await later.chat()
    await later.stored("Second words")
    assert await later.texts() == ["First words", "Second words"]
    stranger = await Shopper.open(browser, house)
    await stranger.chat()
    assert await stranger.texts() == []
    await stranger.close()
    await later.close()


async def test_the_panel_is_used_by_keyboard_alone_and_moves_nothing_on_the_page(
    house: House, browser: Browser
) -> None:
    await at_work(house)
    visitor = await Shopper.open(browser, house)
    await expect(visitor.button).to_be_visible(timeout=20_000)
    await visitor.button.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.box).to_be_focused(timeout=20_000)
    await visitor.page.keyboard.type("Typed without a mouse")
    await visitor.page.keyboard.press("Enter")
    await visitor.stored("Typed without a mouse")
    assert serious(await findings(inside(visitor))) == set()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.button).to_be_focused()
    await expect(visitor.page.locator("iframe")).to_be_hidden()
    shifts = await visitor.page.evaluate(
        """() => new Promise((done) => {
          new PerformanceObserver((list, watch) => {
            watch.disconnect();
            done(list.getEntries().map((each) => each.value).reduce((one, other) => one + other, 0));
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(0), 500);
        })"""
    )
    assert shifts == 0
    await visitor.close()


async def test_a_chinese_visitor_says_who_they_are_first(house: House, browser: Browser) -> None:
    mei = await house.sign_in("mei")
    await mei.available()
    visitor = await Shopper.open(browser, house, site="shop-zh")
    await visitor.chat()
    await visitor.panel.get_by_label("姓名").fill("刘伟")
    await visitor.panel.get_by_label("电子邮箱").fill("not an address")
    await visitor.panel.get_by_role("button", name="开始聊天").click()
    await expect(visitor.panel.get_by_role("alert")).to_have_text("请输入电子邮箱地址。")
    assert serious(await findings(inside(visitor))) == set()
    await visitor.panel.get_by_label("电子邮箱").fill("liu.wei@kehu.example")
    await visitor.panel.get_by_role("button", name="开始聊天").click()
    await visitor.say("我的包裹在哪里?")
    await visitor.stored("我的包裹在哪里?")
    offer = await mei.offer()
    assert (offer["channel"], offer["customer"]["name"]) == ("chat", "刘伟")
    await visitor.close()


async def test_when_nobody_is_there_the_form_takes_a_message_and_the_answer_comes_by_mail(
    house: House, browser: Browser
) -> None:
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await expect(visitor.panel.get_by_role("heading", name="Nobody is here right now")).to_be_visible(timeout=20_000)
    assert serious(await findings(inside(visitor))) == set()
    await visitor.panel.get_by_label("E-mail address").fill("tom@visitor.example")
    await visitor.panel.get_by_label("Message").fill("Please write to me.")
    await visitor.panel.get_by_role("button", name="Send").click()
    await expect(visitor.panel.locator("form")).to_contain_text("tom@visitor.example", timeout=20_000)
    alice = await house.sign_in("alice")
    await alice.available()
    offer = await alice.offer()
    assert offer["channel"] == "email"
    await alice.accept(offer)
    await alice.reply(offer["conversation_id"], "Gladly.")
    assert "Gladly." in str((await house.caught("tom@visitor.example")).parsed().get_body(("plain",)))
    await visitor.close()
