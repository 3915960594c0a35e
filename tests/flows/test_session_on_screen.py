"""A session that ends while somebody works: the screen keeps everything, and lives again after they sign in again."""

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen

pytestmark = pytest.mark.timeout(240)
NO_PAUSE = """() => {
  const later = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => later(work, ms === 2000 ? 0 : ms, ...rest);
}"""
"""The line is tried again at once: people take longer to sign in than tests do."""


async def test_who_signs_in_again_over_an_ended_session_loses_no_word_and_hears_the_next_offer(
    house: House, browser: Browser
) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.page.evaluate(NO_PAUSE)
    await alice.available()
    await house.mail(letter())
    await alice.accept("Charged twice")
    await alice.answer.fill("Your money is on its way.")
    await _end_session(alice)
    layer = alice.page.get_by_role("dialog")
    await expect(layer).to_be_visible(timeout=SOON)
    await house.mail(letter(sender="ben@customer.example", subject="Where is it?"))
    await layer.locator("input[type=password]").fill("demo")
    await alice.page.keyboard.press("Enter")
    await expect(layer).to_have_count(0, timeout=SOON)
    await alice.rings("Where is it?")
    await expect(alice.answer).to_have_value("Your money is on its way.")
    await alice.answer.press("Control+Enter")
    caught = await house.caught("ana@customer.example")
    body = caught.parsed().get_body(("plain",))
    assert body is not None and "Your money is on its way." in body.get_content()
    assert alice.errors == []


async def _end_session(screen: Screen) -> None:
    """Ended elsewhere, as by a new password or an administrator: this window is not asked."""
    session, calls = f"{screen.house.url}/api/v1/session", screen.page.context.request
    csrf = (await (await calls.get(session)).json())["csrf_token"]
    assert (await calls.delete(session, headers={"X-CSRF-Token": csrf})).status == 204
