"""The main job in a real browser: it rings, is accepted, answered, and the screen says that it was sent."""

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import Screen

ADMIN_PAGES = (
    "users", "agents", "queues", "mailboxes", "skills", "triage", "codes", "audit", "parked",
)  # fmt: skip


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


@pytest.mark.timeout(240)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious_at_work(house: House, browser: Browser, theme: str) -> None:
    alice = await Screen.open(browser, house, "alice", theme=theme)
    found = {"inbox": await alice.faults()}
    await alice.available()
    await house.mail(letter())
    await expect(alice.page.get_by_role("button", name="Accept")).to_be_visible(timeout=20_000)
    found["offer"] = await alice.faults()
    await alice.page.keyboard.press("Alt+a")
    await expect(alice.page.locator("textarea").last).to_be_visible(timeout=20_000)
    found["thread"] = await alice.faults()
    assert {state: faults for state, faults in found.items() if faults} == {}
    await alice.close()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_settings_and_queues(house: House, browser: Browser, theme: str) -> None:
    admin = await Screen.open(browser, house, "admin", theme=theme)
    found: dict[str, list[str]] = {}
    for path in ("queues", *(f"admin/{name}" for name in ADMIN_PAGES)):
        await admin.page.goto(f"{house.url}/console/{path}")
        await expect(admin.page.get_by_role("heading").first).to_be_visible()
        found[path] = await admin.faults()
    assert {path: faults for path, faults in found.items() if faults} == {}
    await admin.close()
