"""What becomes of an offer, as agents see it in a real browser: declined, missed, withdrawn, lost with its agent, come back."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser import launched
from tests.flows.house import House, letter, opened
from tests.flows.screen import SOON, Screen
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def hurried(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house where offers by mail ring for two seconds."""
    async with opened(database_url, tmp_path / "data", routing={"offer_seconds": {"email": 2}}) as running:
        yield running


@pytest.fixture
async def impatient(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house where ten seconds of silence mean that an agent is gone."""
    async with opened(database_url, tmp_path / "data", routing={"vanished_grace_seconds": 10.0}) as running:
        yield running


async def test_an_offer_declined_with_a_click_rings_at_a_colleague(house: House, browser: Browser) -> None:
    alice, bob = await Screen.open(browser, house, "alice"), await Screen.open(browser, house, "bob")
    await alice.available()
    await house.mail(letter())
    await alice.rings("Charged twice")
    await bob.available()
    await expect(bob.offers).to_have_count(0)
    await alice.offers.get_by_role("button", name="Decline").click()
    await expect(alice.page.locator(".offer")).to_have_count(0, timeout=SOON)
    await bob.accept("Charged twice")
    await expect(alice.page.locator(".presence")).to_contain_text("Available")
    assert alice.errors + bob.errors == []


async def test_an_offer_of_somebody_who_signs_out_rings_at_a_colleague_at_once(house: House, browser: Browser) -> None:
    alice, bob = await Screen.open(browser, house, "alice"), await Screen.open(browser, house, "bob")
    await alice.available()
    await house.mail(letter())
    await alice.rings("Charged twice")
    await bob.available()
    await alice.page.locator(".rail-me").click()
    await alice.page.get_by_role("menuitem", name="Sign out").click()
    await bob.accept("Charged twice")
    await expect(alice.page.locator("input[type=password]")).to_be_visible(timeout=SOON)
    assert alice.errors + bob.errors == []


async def test_an_offer_left_until_missed_twice_says_so_and_how_to_come_back(hurried: House, browser: Browser) -> None:
    alice = await Screen.open(browser, hurried, "alice")
    await alice.available()
    missed = alice.page.locator(".offer.gone").filter(has_text="Missed")
    await hurried.mail(letter())
    await alice.rings("Charged twice")
    await expect(missed.first).to_be_visible(timeout=SOON)
    presence = alice.page.locator(".presence")
    await expect(presence).to_contain_text("Missed an offer", timeout=SOON)
    await expect(presence).to_have_attribute("title", re.compile("no new ones come"))
    await expect(alice.page.locator(".offer")).to_have_count(0, timeout=SOON)
    await alice.page.get_by_role("button", name="Back to Available").click()
    await expect(presence).to_contain_text("Available", timeout=SOON)
    await alice.accept("Charged twice")
    assert alice.errors == []


async def test_what_a_supervisor_takes_leaves_the_screen_with_a_word_why(house: House, browser: Browser) -> None:
    alice, boss = await Screen.open(browser, house, "alice"), await Screen.open(browser, house, "supervisor")
    await alice.available()
    await house.mail(letter())
    await alice.rings("Charged twice")
    await boss.page.goto(f"{house.url}/console/queues")
    await boss.page.get_by_role("button", name="Billing").click(timeout=SOON)
    row = boss.page.get_by_role("row").filter(has_text="Charged twice")
    await expect(row).to_be_visible(timeout=SOON)
    why = alice.page.locator(".offer.gone").filter(has_text="Taken by Sofia Supervisor")
    await asyncio.gather(
        expect(why).to_be_visible(timeout=SOON),
        row.get_by_role("button", name="Take").click(),
    )
    await expect(alice.page.locator(".offer")).to_have_count(0, timeout=SOON)
    await expect(alice.page.locator(".presence")).to_contain_text("Available")
    await boss.page.get_by_role("link", name="Charged twice").click()
    await boss.shows("Charged twice")
    assert alice.errors + boss.errors == []


async def test_work_offered_to_two_leaves_the_slower_screen_with_a_word_why(house: House, browser: Browser) -> None:
    admin = await house.sign_in("admin", connect=False)
    for queue in (await admin.call("GET", "/queues"))["items"]:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"offers_at_once": 2})
    alice, bob = await Screen.open(browser, house, "alice"), await Screen.open(browser, house, "bob")
    await alice.available()
    await bob.available()
    await house.mail(letter())
    await alice.rings("Charged twice")
    await bob.rings("Charged twice")
    why = alice.page.locator(".offer.gone").filter(has_text="Taken by Bob Martin")
    await asyncio.gather(expect(why).to_be_visible(timeout=SOON), bob.accept("Charged twice"))
    await expect(alice.page.locator(".offer")).to_have_count(0, timeout=SOON)
    await expect(alice.page.locator(".presence")).to_contain_text("Available")
    assert alice.errors + bob.errors == []


async def test_work_of_a_killed_browser_goes_to_the_front_and_rings_at_a_colleague(
    impatient: House, browser: Browser
) -> None:
    admin = await impatient.sign_in("admin", connect=False)
    (bob_id,) = [one["id"] for one in (await admin.call("GET", "/agents"))["items"] if one["name"] == "Bob Martin"]
    await admin.call("PATCH", f"/agents/{bob_id}", {"caps": {"email": 1}})
    bob = await Screen.open(browser, impatient, "bob")
    async with launched() as doomed:
        alice = await Screen.open(doomed, impatient, "alice")
        await alice.available()
        await impatient.mail(letter(subject="Older: charged twice"))
        await alice.rings("Older")
        await alice.offers.get_by_role("button", name="Decline").click()
        await expect(alice.page.locator(".offer")).to_have_count(0, timeout=SOON)
        await impatient.mail(letter(sender="ben@customer.example", subject="Younger: charged twice"))
        await alice.accept("Younger")
        await alice.die()

    async def both_wait() -> bool:
        waiting = (await admin.call("GET", "/interactions?state=queued"))["items"]
        return {"Older: charged twice", "Younger: charged twice"} <= {one["subject"] for one in waiting}

    await eventually(both_wait, seconds=60, what="the dead agent's work in the queue")
    await bob.available()
    await bob.accept("Younger")
    await expect(bob.page.get_by_role("log")).to_contain_text("the connection of Alice Ng was lost", timeout=SOON)
    await expect(bob.offers).to_have_count(0)
    assert bob.errors == []


async def test_accepting_one_after_the_other_leaves_one_conversation_open(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    for subject in ("First: charged twice", "Second: charged twice", "Third: charged twice"):
        await house.mail(letter(subject=subject))
        await alice.accept(subject)
    await expect(alice.page.get_by_role("complementary", name="Customer record")).to_have_count(1)
    assert alice.errors == []
    await alice.close()


async def test_the_answer_to_a_reply_rings_first_at_the_same_agent_and_opens_the_same_conversation(
    house: House, browser: Browser
) -> None:
    alice, bob = await Screen.open(browser, house, "alice"), await Screen.open(browser, house, "bob")
    await alice.available()
    await house.mail(letter(text="I was charged twice."))
    await alice.accept("Charged twice")
    here = alice.page.url
    await bob.available()  # and free the longer: alone, that would give the next mail to him
    await alice.answer.fill("Which order is it?")
    await alice.page.keyboard.press("Control+Enter")
    caught = await house.caught("ana@customer.example")
    await house.mail(
        letter(subject="Re: Charged twice", text="It is A-77310.", In_Reply_To=str(caught.parsed()["Message-ID"]))
    )
    await alice.rings("Charged twice")
    await expect(bob.offers).to_have_count(0)
    await alice.accept("Charged twice")
    assert alice.page.url == here
    await expect(alice.page.get_by_role("log")).to_contain_text("It is A-77310.", timeout=SOON)
    await expect(alice.page.get_by_role("log")).to_contain_text("Which order is it?")
    assert alice.errors + bob.errors == []
