"""A call on the agent's screen, over the local carrier: accepted, talked, lost and joined again, ended by either side."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, expect

from contact_center.demo.carrier.phones import Phone
from tests.flows.callers import becomes, reaches, rings
from tests.flows.house import House
from tests.flows.screen import SOON, Screen
from tests.waiting import eventually
from tools.axe import findings, serious


@pytest.fixture
async def alice(house: House, browser: Browser) -> AsyncIterator[Screen]:
    """Alice at her desk, ready for work."""
    screen = await Screen.open(browser, house, "alice")
    await screen.available()
    yield screen
    assert screen.errors == []
    await screen.close()


def bar(screen: Screen) -> Locator:
    """What is shown of the call."""
    return screen.page.get_by_role("region", name="Call", exact=True)


async def talks(house: House, screen: Screen, *, second: float = 0.2) -> Phone:
    """A customer calls, and the call is accepted on the screen."""
    phone = rings(house, second=second)
    await expect(screen.page.locator(".offer")).to_be_visible(timeout=SOON)
    await screen.page.keyboard.press("Alt+a")
    await expect(bar(screen)).to_contain_text("On the line", timeout=SOON)
    await eventually(lambda: phone.hears_parties(), what="the customer hears the agent")
    return phone


async def test_a_call_is_accepted_talked_and_ended_by_the_agent(house: House, alice: Screen) -> None:
    phone = await talks(house, alice)
    await expect(bar(alice)).to_contain_text("no sound")
    assert serious(await findings(alice.page)) == set()
    await bar(alice).get_by_role("button", name="End call").click()
    await phone.ends()
    await expect(bar(alice)).to_have_count(0, timeout=SOON)
    row = await reaches(house, "ended")
    assert row.outcome == "completed"


async def test_the_bar_goes_when_the_customer_hangs_up(house: House, alice: Screen) -> None:
    phone = await talks(house, alice)
    phone.hang_up()
    await expect(bar(alice)).to_have_count(0, timeout=SOON)
    row = await reaches(house, "ended")
    person = await house.sign_in("supervisor", connect=False)
    await becomes(person, row.interaction_id, "closed")


async def test_a_page_that_is_loaded_anew_is_back_on_the_call_with_one_press(house: House, alice: Screen) -> None:
    phone = await talks(house, alice, second=1.0)
    await alice.page.reload()
    await expect(bar(alice)).to_contain_text("Connection lost", timeout=SOON)
    await reaches(house, "recovering")
    await bar(alice).get_by_role("button", name="Join").click()
    await expect(bar(alice)).to_contain_text("On the line", timeout=SOON)
    await eventually(lambda: phone.hears_parties(), what="the customer hears the agent again")
