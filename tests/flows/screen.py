"""The console in a real browser: what a person does, in a few words."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.flows.house import House

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
BAD = ("serious", "critical")


class Screen:
    """One person's browser window."""

    def __init__(self, page: Page, house: House) -> None:
        self.page, self.house = page, house
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def open(
        cls, browser: Browser, house: House, name: str, *, theme: str = "light", language: str = "en"
    ) -> "Screen":
        """Sign in as one of the demo's people."""
        context = await browser.new_context(
            viewport={"width": 1440, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            bypass_csp=True,  # for axe, which is injected
        )
        screen = cls(await context.new_page(), house)
        await screen.page.goto(f"{house.url}/console/")
        await screen.page.locator("input[type=email], input[name=email]").first.fill(f"{name}@demo.example")
        await screen.page.locator("input[type=password]").fill("demo")
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.get_by_role("navigation").first).to_be_visible(timeout=20_000)
        return screen

    async def available(self) -> None:
        """Choose Available in the presence menu."""
        await self.page.keyboard.press("Alt+p")
        await self.page.get_by_role("menuitem").filter(has_text="Available").first.click()

    async def faults(self) -> list[str]:
        """What axe finds serious or critical here, as `rule: where`."""
        await self.page.evaluate(AXE)
        found = await self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [
            f"{one['id']}: {node['target'][0]} {node.get('failureSummary', '')[:160]}"
            for one in found
            if one["impact"] in BAD
            for node in one["nodes"][:3]
        ]

    async def close(self) -> None:
        await self.page.context.close()
