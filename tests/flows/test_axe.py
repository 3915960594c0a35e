"""Axe over every screen and state, wide and on a phone, in both languages: nothing serious or critical."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from playwright.async_api import Error as PlaywrightError

from tests.flows.house import House, opened
from tests.flows.screen import SOON
from tools.axe import findings, serious
from tools.furnish import Visitors, furnish
from tools.scenes import SCENES, Scene, enter, settle

WIDTHS = {1440: 900, 390: 844}


async def seen(page: Page, scene: Scene, visitors: Visitors) -> set[str]:
    """What is wrong in this state, at every width that it has."""
    found: set[str] = set()
    await page.set_viewport_size({"width": 1440, "height": WIDTHS[1440]})
    try:
        await enter(page, scene, visitors.url, language=visitors.language, wait=SOON)
    except (PlaywrightError, AssertionError) as trouble:
        return {f"{scene.name} {visitors.language}: not reached: {trouble}"}
    for width, height in WIDTHS.items():
        if width >= scene.narrowest:
            await page.set_viewport_size({"width": width, "height": height})
            await settle(page)
            found |= {f"{scene.name} {visitors.language} {width}: {one}" for one in serious(await findings(page))}
    await page.unroute_all(behavior="ignoreErrors")
    return found


async def all_seen(house: House, browser: Browser, visitors: Visitors) -> set[str]:
    """What is wrong anywhere."""
    assert house.server.email.address is not None
    found: set[str] = set()
    keeper = await furnish(browser, house.url, house.server.email.address[1])
    for scene in SCENES:
        async with visitors.visit(scene.user) as context:
            found |= await seen(await context.new_page(), scene, visitors)
    await keeper.close()
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("theme", "language"), [("light", "zh-CN"), ("dark", "en")])  # `make shots` looks at all four
async def test_axe_finds_nothing_serious_in_any_state(
    theme: str, language: str, make_sqlite: Callable[[], str], tmp_path: Path, browser: Browser
) -> None:
    async with opened(make_sqlite(), tmp_path / "data") as house:
        visitors = Visitors(browser, house.url, language=language, theme=theme)
        assert await all_seen(house, browser, visitors) == set()
