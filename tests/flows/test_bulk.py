"""Rows of the worklist in a real browser: marked, done with together, and what could not be done is said with its reason."""

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen


async def test_several_go_back_at_once_and_the_one_that_could_not_is_named(house: House, browser: Browser) -> None:
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

    await person.away()
    refusal = {
        "title": "Moved on",
        "code": "interaction_moved",
        "status": 409,
        "detail": "Somebody else has it by now.",
    }
    address = f"**/conversations/{first['id']}/assign"
    await page.route(address, lambda route: route.fulfill(status=409, json=refusal))
    for index in range(3):
        await rows.nth(index).click(modifiers=["Control"])
    await expect(page.get_by_text("3 marked")).to_be_visible()
    await page.get_by_role("button", name="Do", exact=True).click()
    await page.get_by_role("menuitem", name="Back to the queue").click()
    await expect(page.locator(".bulk-no")).to_contain_text("Somebody else has it by now.", timeout=SOON)
    await expect(page.locator(".bulk-no li")).to_have_count(1)
    await expect(page.get_by_text("2 back in the queue.")).to_be_visible(timeout=SOON)
    waiting = (await person.call("GET", "/conversations?view=unassigned"))["items"]
    assert {"Order 1", "Order 2"} <= {one["subject"] for one in waiting}
    assert alice.errors == []
    await alice.close()
