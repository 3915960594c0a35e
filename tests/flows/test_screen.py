"""The main job in a real browser: it rings, is accepted, answered, and the screen says that it was sent."""

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen
from tests.waiting import eventually


async def test_a_mail_rings_on_the_screen_is_accepted_and_answered(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await alice.available()
    await house.mail(letter(text="I was charged twice."))
    offer = page.get_by_role("button", name="Accept")
    await expect(offer).to_be_visible(timeout=20_000)
    await page.keyboard.press("Alt+a")
    await expect(page.get_by_text("I was charged twice.").last).to_be_visible(timeout=20_000)
    box = page.locator("textarea").last
    await box.fill("Your money is on its way.\n谢谢！")
    await page.keyboard.press("Control+Enter")
    caught = await house.caught("ana@customer.example")
    body = caught.parsed().get_body(("plain",))
    assert body is not None and "谢谢！" in body.get_content()
    await expect(page.get_by_text("Your money is on its way.").last).to_be_visible()
    assert alice.errors == []
    await alice.close()


async def test_a_long_page_is_shown_whole_and_runs_nothing(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    mail = letter(text="in plain words")
    script = "<script>document.title='run'</script><img src=x onerror=\"parent.document.title='run'\">"
    mail.add_alternative(f"<h1>Order</h1>{script}{'<p>One more line of it.</p>' * 40}", subtype="html")
    await house.mail(mail)
    await alice.accept("Charged twice")
    await alice.page.get_by_role("button", name="Show as designed").click()
    frame = alice.page.locator("iframe.mail-frame")
    await expect(frame.content_frame.get_by_text("One more line of it.").last).to_be_visible(timeout=SOON)

    async def tall() -> bool:
        return int(await frame.evaluate("frame => frame.clientHeight")) > 1_000

    await eventually(tall, what="the frame is as tall as the page in it")
    assert await alice.page.title() != "run"
    assert alice.errors == []
    await alice.close()
