"""Rows of the worklist in a real browser: marked, done with together, and what could not be done is said with its reason."""

from playwright.async_api import Browser, Route, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen


async def test_several_are_resolved_at_once_and_the_refused_one_is_named(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    page = alice.page
    await alice.available()
    for number, name in enumerate(("one", "two", "three")):
        await house.mail(letter(sender=f"{name}@customer.example", subject=f"Order {number}"))
        await alice.accept(f"Order {number}")
    await page.keyboard.press("Escape")
    rows = page.get_by_role("option").filter(has_text="Ana Ferreira")
    await expect(rows).to_have_count(3, timeout=SOON)
    person = await house.sign_in("alice", connect=False)
    items = (await person.call("GET", "/conversations?view=mine"))["items"]
    first = next(one for one in items if one["subject"] == "Order 0")

    async def refuse(route: Route) -> None:
        await person.call("POST", f"/interactions/{first['interaction']['id']}/close", {"result": "resolved"})
        await page.unroute("**/close", refuse)
        await route.continue_()

    await page.route("**/interactions/" + first["interaction"]["id"] + "/close", refuse)
    for index in range(3):
        await rows.nth(index).click(modifiers=["Control"])
    await expect(page.get_by_text("3 marked")).to_be_visible()
    await page.get_by_role("button", name="Do", exact=True).click()
    await page.get_by_role("menuitem", name="Resolve").click()
    await expect(page.locator(".bulk-no")).to_contain_text("1 could not be done", timeout=SOON)
    await expect(page.locator(".bulk-no li")).to_have_count(1)
    left = (await person.call("GET", "/conversations?view=mine&group=now"))["items"]
    assert [one["subject"] for one in left if one["subject"].startswith("Order")] == []
    assert alice.errors == []
    await alice.close()
