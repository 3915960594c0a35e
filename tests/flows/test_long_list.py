"""A list longer than a page, in a real browser with the pointer over it, as whoever scrolls by wheel has it."""

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen

LETTERS, MOVES = 115, 400
"""More than one page of the list; so many turns of the wheel at most."""


async def test_a_long_list_is_scrolled_to_its_end_under_the_pointer(house: House, browser: Browser) -> None:
    for number in range(LETTERS):
        await house.mail(letter(f"writer{number}@customer.example", f"Letter {number}", "Hello"))
    boss = await Screen.open(browser, house, "supervisor")
    page = boss.page
    await page.locator(".view-b").click(timeout=SOON)
    await page.get_by_role("menuitem", name="All").click()
    await page.locator(".rows .row").first.hover(timeout=SOON)
    rows, places = page.locator(".rows .row"), set[str]()
    for _ in range(MOVES):
        places.update(await rows.evaluate_all("all => all.map(row => row.ariaPosInSet)"))
        if len(places) >= LETTERS:
            break
        await page.mouse.wheel(0, 700)
        await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert len(places) >= LETTERS
    await expect(page.locator(".upd")).to_have_count(0)
    assert boss.errors == []
    await boss.close()
