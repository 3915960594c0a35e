"""The main job in a real browser: it rings, is accepted, answered, and the screen says that it was sent."""

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import Screen


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
