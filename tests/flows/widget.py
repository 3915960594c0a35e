"""A visitor at a browser: the shop's page of the demo with the chat on it."""

from playwright.async_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from tests.flows.house import House

PATIENCE = 20_000


class Shopper:
    """One browser of one person; `context` keeps what a browser keeps between pages and days."""

    def __init__(self, context: BrowserContext, page: Page, house: House, site: str) -> None:
        self.context, self.page, self.house, self.site = context, page, house, site
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def open(
        cls, browser: Browser, house: House, *, site: str = "shop", context: BrowserContext | None = None
    ) -> "Shopper":
        """Go to the shop; the chat stays closed."""
        context = context or await browser.new_context(viewport={"width": 1000, "height": 800}, bypass_csp=True)
        shopper = cls(context, await context.new_page(), house, site)
        await shopper.go()
        return shopper

    async def go(self, page: int = 1) -> None:
        """Load a page of the shop."""
        await self.page.goto(f"{self.house.url}/simulator/shop?site={self.site}&page={page}")

    @property
    def button(self) -> Locator:
        """The chat's button on the page."""
        return self.page.locator("button[aria-expanded]")

    @property
    def panel(self) -> FrameLocator:
        """Inside the frame."""
        return self.page.frame_locator("iframe")

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.panel.locator("textarea#text")

    async def chat(self) -> None:
        """Open the panel."""
        await self.button.click(timeout=PATIENCE)
        await expect(self.panel.locator("form")).to_be_visible(timeout=PATIENCE)

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.box.fill(text, timeout=PATIENCE)
        await self.box.press("Enter")

    async def stored(self, text: str) -> None:
        """Wait until the house has acknowledged it."""
        await expect(self.panel.locator("li.me[data-id] .text", has_text=text)).to_be_visible(timeout=PATIENCE)

    async def sees(self, text: str) -> None:
        """Wait until it stands in the conversation."""
        await expect(self.panel.locator("li .text", has_text=text)).to_be_visible(timeout=PATIENCE)

    async def texts(self) -> list[str]:
        """What stands in the conversation, from top to bottom."""
        return await self.panel.locator("#list .text").all_inner_texts()

    async def close(self) -> None:
        await self.context.close()
