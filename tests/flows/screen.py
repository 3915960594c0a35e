"""The console in a real browser: what a person does, in a few words."""

import asyncio

from playwright.async_api import Browser, Locator, Page, expect

from tests.flows.house import House

SOON = 20_000
"""Milliseconds within which anything must be seen, on a slow machine too."""
QUICK_HEART = """{
  const every = window.setInterval;
  window.setInterval = (work, ms, ...rest) => every(work, ms === 15000 ? 500 : ms, ...rest);
}"""
"""A heartbeat as often as houses of stories need it, which call an agent gone after seconds instead of 45."""


class Screen:
    """One person's browser window."""

    def __init__(self, page: Page, house: House) -> None:
        self.page, self.house = page, house
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def open(
        cls,
        browser: Browser,
        house: House,
        name: str,
        *,
        theme: str = "light",
        language: str = "en",
        undo_seconds: int = 0,
    ) -> "Screen":
        """Sign in as one of the demo's people, whose mails can be taken back for so long."""
        person = await house.sign_in(name, connect=False)
        preferences = {**person.me["preferences"], "undo_seconds": undo_seconds}
        await person.call("PATCH", "/me", {"preferences": preferences})
        context = await browser.new_context(
            viewport={"width": 1440, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
        )
        await context.add_init_script(QUICK_HEART)
        screen = cls(await context.new_page(), house)
        await screen.page.goto(f"{house.url}/console/")
        await screen.page.locator("input[type=email], input[name=email]").first.fill(f"{name}@demo.example")
        await screen.page.locator("input[type=password]").fill("demo")
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.get_by_role("navigation").first).to_be_visible(timeout=SOON)
        return screen

    async def available(self) -> None:
        """Choose Available in the presence menu."""
        await self.page.keyboard.press("Alt+p")
        await self.page.get_by_role("menuitem").filter(has_text="Available").first.click()
        await expect(self.page.locator(".presence")).to_contain_text("Available", timeout=SOON)

    @property
    def offers(self) -> Locator:
        """The cards that still ring, oldest first."""
        return self.page.locator(".offer:not(.gone)")

    async def rings(self, subject: str) -> None:
        """Until an offer with this subject rings here."""
        await expect(self.offers.filter(has_text=subject)).to_be_visible(timeout=SOON)

    async def accept(self, subject: str) -> None:
        """Accept by key what rings, and see it open: this conversation, and no other one."""
        await self.rings(subject)
        await self.page.keyboard.press("Alt+a")
        await self.shows(subject)

    async def shows(self, subject: str) -> None:
        """Until the conversation with this subject is open, ready for an answer."""
        await expect(self.page.get_by_role("main")).to_have_count(1, timeout=SOON)
        await expect(self.page.get_by_role("main").get_by_role("heading", name=subject)).to_be_visible(timeout=SOON)
        await expect(self.answer).to_be_visible(timeout=SOON)

    @property
    def answer(self) -> Locator:
        """The box in which one writes to the customer."""
        return self.page.get_by_role("textbox", name="Your reply")

    async def die(self) -> None:
        """The browser's process is gone: no goodbye is said."""
        crashed = asyncio.Event()
        self.page.once("crash", lambda _: crashed.set())
        session = await self.page.context.new_cdp_session(self.page)
        killing = asyncio.create_task(session.send("Page.crash"))
        async with asyncio.timeout(20):
            await crashed.wait()
        killing.cancel()
        await asyncio.wait([killing])

    async def close(self) -> None:
        await self.page.context.close()
