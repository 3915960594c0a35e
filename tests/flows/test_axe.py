"""Axe over every screen and state, wide and on a phone, light and dark: nothing serious or critical.

Reaching a state takes longer than looking at it: each is entered once, and its theme changes under it as the system's does, where only
the contrast of colours is looked at again. One half
of the states speaks Chinese, the other English; `make shots` looks at every state in both.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page
from playwright.async_api import Error as PlaywrightError

from tests.flows.house import House, opened
from tests.flows.screen import SOON
from tools.axe import findings, serious
from tools.furnish import Visitors, furnish
from tools.scenes import SCENES, Scene, enter, settle

WIDTHS = {1440: 900, 390: 844}
THEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
LANGUAGES = ("zh-CN", "en")


async def seen(page: Page, scene: Scene, visitors: Visitors) -> set[str]:
    """What is wrong in this state, in both themes and at every width that it has."""
    found: set[str] = set()
    await page.set_viewport_size({"width": 1440, "height": WIDTHS[1440]})
    try:
        await enter(page, scene, visitors.url, language=visitors.language, wait=SOON)
    except (PlaywrightError, AssertionError) as trouble:
        return {f"{scene.name} {visitors.language}: not reached: {trouble}"}
    for width, height in WIDTHS.items():
        if width >= scene.narrowest:
            await page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme)
                await settle(page)
                here = f"{scene.name} {visitors.language} {theme} {width}"
                if await page.locator("html").get_attribute("data-mantine-color-scheme") not in (None, theme):
                    found.add(f"{here}: keeps the other theme")
                again = theme != THEMES[0]
                found |= {f"{here}: {one}" for one in serious(await findings(page, colours=again))}
    await page.unroute_all(behavior="ignoreErrors")
    return found


async def all_seen(house: House, browser: Browser, visitors: Visitors, scenes: Sequence[Scene]) -> set[str]:
    """What is wrong in any of these."""
    assert house.server.email.address is not None
    found: set[str] = set()
    keeper = await furnish(browser, house.url, house.server.email.address[1])
    for scene in scenes:
        async with visitors.visit(scene.user) as context:
            found |= await seen(await context.new_page(), scene, visitors)
    await keeper.close()
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("half", [0, 1])
async def test_axe_finds_nothing_serious_in_any_state(
    half: int, make_sqlite: Callable[[], str], tmp_path: Path, browser: Browser
) -> None:
    async with opened(make_sqlite(), tmp_path / "data") as house:
        visitors = Visitors(browser, house.url, language=LANGUAGES[half], theme="system")
        assert await all_seen(house, browser, visitors, SCENES[half::2]) == set()
