"""How the screens of complaints come into the states that `tools/scenes.py` looks at.

Each function takes the step that opens what it begins in: the first conversation, or its record.
"""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

Step = Callable[[Page], Awaitable[None]]
NEWEST = ".record .past button:has(.tabler-icon-flag-3)"
DIALOG = '[role="dialog"]'


def recording(opened: Step) -> Step:
    """The form, with the warning that the customer complained about the same before."""

    async def step(page: Page) -> None:
        await opened(page)
        await page.wait_for_selector(".ch-r")
        await page.locator(".ch h2").click()
        await page.keyboard.press("Shift+C")
        await page.locator(f"{DIALOG} form .mantine-Select-input").click()
        await page.locator(".mantine-Select-option").nth(2).click()
        await page.wait_for_selector(f"{DIALOG} .repeat")

    return step


def detail(record: Step) -> Step:
    """One complaint with its story."""

    async def step(page: Page) -> None:
        await record(page)
        await page.locator(NEWEST).last.click()
        await page.wait_for_selector(".complaint .story li")

    return step


def resolving(record: Step) -> Step:
    """A step asks for words."""

    async def step(page: Page) -> None:
        await detail(record)(page)
        await page.locator(".complaint-s .row-b button").first.click()
        await page.wait_for_selector(".complaint-s form textarea")

    return step


def correcting(record: Step) -> Step:
    """Its fields, to be corrected."""

    async def step(page: Page) -> None:
        await detail(record)(page)
        await page.locator(".complaint-h button").click()
        await page.wait_for_selector(".complaint form .mantine-SegmentedControl-root")

    return step


def away(record: Step) -> Step:
    """It cannot be had now."""

    async def step(page: Page) -> None:
        body = {"title": "Unavailable", "code": "unavailable", "status": 500, "detail": "The database is away."}
        await page.route("**/api/v1/complaints/*", lambda route: route.fulfill(status=500, json=body))
        await record(page)
        await page.locator(NEWEST).last.click()
        await page.wait_for_selector(f"{DIALOG} .problem")

    return step
