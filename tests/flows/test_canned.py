"""Canned replies in a real browser: an administrator writes one, an agent uses it, the customer reads it filled in."""

import re

from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen


async def test_what_an_administrator_keeps_ready_reaches_the_customer_filled_in(house: House, browser: Browser) -> None:
    admin = await Screen.open(browser, house, "admin")
    await admin.page.goto(f"{house.url}/console/admin/canned")
    await admin.page.get_by_role("button", name="New canned reply").click()
    await admin.page.get_by_role("textbox", name="Name", exact=True).fill("Charged twice")
    await admin.page.get_by_role("textbox", name="Shortcut").fill("twice")
    english = admin.page.get_by_role("textbox", name="Text in English")
    await english.fill("{{customer.shoe_size}}")
    await admin.page.get_by_role("button", name="Save").click()
    await expect(admin.page.get_by_text("asks for something that nobody can fill in").first).to_be_visible(timeout=SOON)
    await english.fill(
        "Dear {{customer.name}}, ticket {{ticket.number}} for {{customer.company}} is with {{agent.name}}."
    )
    await admin.page.get_by_role("button", name="Save").click()
    await expect(admin.page.get_by_role("button", name="Charged twice")).to_be_visible(timeout=SOON)
    await admin.close()

    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    await house.mail(letter(text="I was charged twice."))
    await alice.accept("Charged twice")
    await alice.answer.press_sequentially("/twi")
    await expect(alice.page.locator(".canned-pop [role=option]").filter(has_text="Charged twice")).to_be_visible(
        timeout=SOON
    )
    await alice.page.keyboard.press("Enter")
    await expect(alice.answer).to_have_value(re.compile("^Dear Ana.*⟦company⟧"))
    await alice.page.keyboard.press("Control+Enter")
    await expect(alice.page.get_by_role("alert").filter(has_text="Fill in what is marked")).to_be_visible()
    await alice.answer.fill((await alice.answer.input_value()).replace("⟦company⟧", "Lind AB"))
    await alice.page.keyboard.press("Control+Enter")
    caught = await house.caught("ana@customer.example")
    body = caught.parsed().get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "for Lind AB is with Alice" in text
    assert "{{" not in text and "⟦" not in text
    assert alice.errors == []
    await alice.close()
