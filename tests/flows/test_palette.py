"""Ctrl+K in a real browser: a conversation found by what one remembers of it, and a command, without the mouse."""

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen


async def test_a_conversation_is_found_by_its_customers_address_and_put_back_by_a_command(
    house: House, browser: Browser
) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await alice.available()
    await house.mail(letter(subject="The lamp is broken"))
    await alice.accept("The lamp is broken")
    await page.goto(f"{house.url}/console/")
    box = page.get_by_role("searchbox", name="What to do, or a name")
    await expect(page.locator(".presence")).to_be_visible(timeout=SOON)

    await page.keyboard.press("Control+k")
    await box.fill("ana@customer.example")
    await expect(page.get_by_role("option", name="The lamp is broken").last).to_be_visible(timeout=SOON)
    await page.keyboard.press("Enter")
    await alice.shows("The lamp is broken")

    await page.keyboard.press("Control+k")
    await box.fill("away")
    await page.keyboard.press("Enter")
    await expect(page.locator(".presence")).to_contain_text("Away", timeout=SOON)
    await page.keyboard.press("Control+k")
    await box.fill("back to the queue")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 back in the queue.")).to_be_visible(timeout=SOON)
    assert alice.errors == []
    await alice.close()
