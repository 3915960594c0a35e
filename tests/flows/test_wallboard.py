"""The supervisor's wallboard: figures that move by themselves, say how old they are, and lead to who waits."""

import asyncio
import itertools

import pytest
import socketio  # type: ignore[import-untyped]
from playwright.async_api import Browser, Locator, Page, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen
from tests.flows.wallboard import Watching, waits
from tests.waiting import eventually
from tools.axe import findings, serious


async def test_a_watcher_gets_a_snapshot_and_then_what_changed_each_with_its_number(house: House) -> None:
    supervisor = await house.sign_in("supervisor")
    watching = await Watching.begin(supervisor)
    snapshot = await watching.first("snapshot")
    assert {"Support", "Billing"} <= {queue["queue"]["name"] for queue in snapshot["queues"]}
    await house.mail(letter(subject="Anybody there?"))
    delta = await watching.first("delta", waits("Support", 1))
    assert [queue["queue"]["name"] for queue in delta["queues"]] == ["Support"]
    await watching.first("delta", lambda body: body["number"] >= delta["number"] + 2)
    numbers = [body["number"] for _, body in watching.told]
    assert numbers == list(range(1, len(numbers) + 1))
    moments = [body["version"] for _, body in watching.told]
    assert all(one < other for one, other in itertools.pairwise(moments))
    over_http = await supervisor.call("GET", "/wallboard")
    (support,) = (queue for queue in over_http["queues"] if queue["queue"]["name"] == "Support")
    assert support["waiting"] == 1
    await watching.close()


async def test_whoever_missed_a_number_gets_everything_again(house: House) -> None:
    watching = await Watching.begin(await house.sign_in("supervisor"))
    first = await watching.first("snapshot")
    await watching.first("delta")
    assert await watching.client.call("snapshot", namespace="/wallboard") == {"ok": True}
    again = await eventually(
        lambda: [body for kind, body in watching.told if kind == "snapshot"][1:], what="a second snapshot"
    )
    assert len(again[0]["queues"]) == len(first["queues"])
    assert again[0]["number"] == 1
    await watching.close()


async def test_an_agent_sees_the_queues_that_she_serves_and_nobody_unknown_sees_any(house: House) -> None:
    mei = await house.sign_in("mei")
    watching = await Watching.begin(mei)
    await watching.first("snapshot")
    await watching.first("delta")
    own = {queue["queue"]["name"] for queue in (await mei.call("GET", "/wallboard"))["queues"]}
    assert watching.names() == own
    everything = await Watching.begin(await house.sign_in("admin"))
    await everything.first("snapshot")
    assert own < everything.names()
    await mei.http.delete(f"{house.url}/api/v1/session", headers={"X-CSRF-Token": mei.csrf})
    assert await eventually(lambda: watching.ended, what="the end of the session told") == ["session_ended"]
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Watching.begin(mei)
    await asyncio.gather(watching.close(), everything.close())


async def test_a_supervisor_watches_figures_move_and_takes_the_important_customer_who_waits(
    house: House, browser: Browser
) -> None:
    boss = await Screen.open(browser, house, "supervisor")
    page = boss.page
    await page.get_by_role("link", name="Wallboard").click(timeout=SOON)
    await expect(tile(page, "Waiting now")).to_contain_text("0", timeout=SOON)
    assert serious(await findings(page)) == set()
    answered = int(await tile(page, "Answered today").locator(".tile-n").inner_text())
    await house.mail(letter("omar@northwind.example", "Still no answer", "I have been waiting for a week."))
    await expect(tile(page, "Waiting now")).to_contain_text("1", timeout=SOON)
    await expect(tile(page, "VIPs waiting")).to_contain_text("1", timeout=SOON)
    await expect(page.locator(".wall-q", has_text="1 VIP")).to_be_visible(timeout=SOON)
    await tile(page, "VIPs waiting").get_by_role("link").click()
    work = page.get_by_role("row").filter(has_text="Still no answer")
    await work.get_by_role("button", name="Take").click(timeout=SOON)
    await expect(work).to_contain_text("Sofia Supervisor", timeout=SOON)
    await page.get_by_role("link", name="Wallboard").click(timeout=SOON)
    await expect(tile(page, "Waiting now")).to_contain_text("0", timeout=SOON)
    await expect(tile(page, "Answered today").locator(".tile-n")).to_have_text(f"{answered + 1}", timeout=SOON)
    assert boss.errors == []
    await boss.close()


def tile(page: Page, name: str) -> Locator:
    """One figure."""
    return page.get_by_role("region", name=name, exact=True)
