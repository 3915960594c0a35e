"""Routing in a real browser: business hours with a make-up day, a queue with steps drawn as a timeline, the answers to Why?, and what is
known of a customer that routing goes by."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.flows.house import House, letter
from tests.flows.screen import Screen
from tools.axe import findings, serious

PATIENCE = 20_000


async def choose(page: Page, label: str, option: str, *, number: int = 0) -> None:
    """Pick an option of a select by its label."""
    await page.get_by_role("combobox", name=label, exact=True).nth(number).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()


async def make_hours(page: Page, url: str) -> None:
    """Office hours in Shanghai, with a Sunday that is worked like a Thursday."""
    await page.goto(f"{url}/console/admin/hours")
    await page.get_by_role("button", name="New business hours").click()
    await page.get_by_role("textbox", name="Name").fill("Office")
    zone = page.get_by_role("combobox", name="Time zone")
    await zone.fill("Asia/Shangh")
    await page.get_by_role("option", name="Asia/Shanghai", exact=True).click()
    await page.get_by_role("button", name="Add a day").click()
    await page.get_by_label("Date").fill("2026-09-20")
    await page.get_by_role("textbox", name="Called").fill("国庆调休")
    await choose(page, "That day", "Worked like Thursday")
    await save(page)
    await expect(page.get_by_role("button", name="Office", exact=True)).to_be_visible(timeout=PATIENCE)


@pytest.mark.timeout(180)
async def test_an_admin_builds_a_queue_with_steps_hours_and_overflow(house: House, browser: Browser) -> None:
    admin = await Screen.open(browser, house, "admin")
    page = admin.page
    await make_hours(page, house.url)
    await page.goto(f"{house.url}/console/admin/queues")
    await page.get_by_role("button", name="New queue").click()
    await page.get_by_role("textbox", name="Name").fill("Refund desk")
    await page.get_by_role("button", name="Add a skill").click()
    await page.get_by_label("Level", exact=True).fill("10")
    await page.get_by_role("combobox", name="Agents", exact=True).focus()
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("option").filter(has_text="Bob").first.click()
    await page.keyboard.press("Escape")
    timeline = page.get_by_role("figure", name="What happens while it waits")
    await expect(timeline).to_contain_text("0 agents could take it", timeout=PATIENCE)
    await save(page)
    await expect(page.get_by_role("alert")).to_contain_text("no agent of the queue ever has this", timeout=PATIENCE)
    await expect(page.get_by_text("Nobody could ever serve this").first).to_be_visible()
    await page.get_by_role("button", name="Add a step").click()
    await expect(timeline).to_contain_text("1 agent could take it", timeout=PATIENCE)
    await page.get_by_role("button", name="Add an overflow").click()
    await expect(timeline).to_contain_text("Moves to")
    await choose(page, "Business hours", "Office")
    assert serious(await findings(page)) == set()
    await save(page)
    await expect(page.get_by_role("button", name="Refund desk", exact=True)).to_be_visible(timeout=PATIENCE)
    person = await house.sign_in("admin", connect=False)
    made = next(one for one in (await person.call("GET", "/queues"))["items"] if one["name"] == "Refund desk")
    assert [stage["agents"] for stage in made["stages"]] == [0, 1]
    assert made["warnings"] == ["nobody_at_first"] and len(made["overflow"]) == 1
    hours = await person.call("GET", f"/business-hours/{made['hours_id']}")
    assert (hours["time_zone"], hours["exceptions"][0]["like"]) == ("Asia/Shanghai", 3)
    assert admin.errors == []
    await admin.close()


@pytest.mark.timeout(180)
async def test_a_supervisor_reads_why_it_waits_and_why_she_has_it(house: House, browser: Browser) -> None:
    await house.mail(letter(subject="Where is my parcel?"))
    boss = await house.sign_in("supervisor", connect=False)
    await boss.call("PATCH", "/me", {"language": "zh-CN"})
    chinese = await Screen.open(browser, house, "supervisor")
    await chinese.page.goto(f"{house.url}/console/queues")
    await chinese.page.get_by_role("button", name="Support", exact=True).click()
    row = chinese.page.get_by_role("row").filter(has_text="Where is my parcel?")
    await row.get_by_role("button", name="为什么？").click()
    await expect(chinese.page.get_by_role("dialog")).to_contain_text("能接手的客服目前都不可用", timeout=PATIENCE)
    assert serious(await findings(chinese.page)) == set()
    await chinese.close()
    await boss.call("PATCH", "/me", {"language": "en"})
    alice = await house.sign_in("alice")
    await alice.available()
    await alice.accept(await alice.offer())
    english = await Screen.open(browser, house, "supervisor")
    page = english.page
    await page.goto(f"{house.url}/console/queues")
    await page.get_by_role("button", name="Support", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Where is my parcel?")
    await row.get_by_role("button", name="Why?").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(f"{alice.me['name']} has it", timeout=PATIENCE)
    await expect(dialog).to_contain_text("accepted")
    assert serious(await findings(page)) == set()
    assert english.errors == []
    await english.close()


@pytest.mark.timeout(180)
async def test_a_supervisor_marks_a_customer_at_risk_and_names_whom_they_prefer(house: House, browser: Browser) -> None:
    await house.mail(letter(subject="I shall leave you"))
    boss = await house.sign_in("supervisor", connect=False)
    screen = await Screen.open(browser, house, "supervisor")
    page = screen.page
    all_work = (await boss.call("GET", "/interactions"))["items"]
    (work,) = [one for one in all_work if one["subject"] == "I shall leave you"]
    await page.goto(f"{house.url}/console/c/{work['conversation_id']}")
    record = page.get_by_role("complementary", name="Customer record")
    await record.get_by_role("button", name="Edit customer").click(timeout=PATIENCE)
    await record.get_by_role("checkbox", name="At risk of leaving").check(timeout=PATIENCE)
    await record.get_by_role("combobox", name="Preferred agents").click()
    await page.get_by_role("option", name="Bob Martin").click()
    await page.keyboard.press("Escape")
    assert serious(await findings(page)) == set()
    await record.get_by_role("button", name="Save").click()
    await expect(record.get_by_role("img", name="At risk of leaving")).to_be_visible(timeout=PATIENCE)
    await expect(record).to_contain_text("Bob Martin", timeout=PATIENCE)
    customer = await boss.call("GET", f"/customers/{work['customer_id']}")
    (bob,) = [one for one in (await boss.call("GET", "/agents"))["items"] if one["name"] == "Bob Martin"]
    assert (customer["at_risk"], customer["preferred_agent_ids"]) == (True, [bob["id"]])
    assert screen.errors == []
    await screen.close()
