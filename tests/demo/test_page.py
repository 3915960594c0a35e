"""The simulator in a real browser: write, read what came back, answer it; what a mail says is shown, never run."""

from typing import Any

import aiosmtplib
import pytest
from playwright.async_api import Browser, Page

HOSTILE = (
    "From: Support <support@demo.example>\r\nTo: anna.schmidt@kunde.example\r\nMessage-ID: <1@demo.example>\r\n"
    "Subject: <img src=x onerror=\"document.title='run'\">\r\n\r\n<script>document.title='run'</script>\r\n"
)


@pytest.fixture
async def page(demo_house: Any, browser: Browser) -> Page:
    """The page, in English."""
    context = await browser.new_context(locale="en-US")
    opened = await context.new_page()
    await opened.goto(f"{demo_house.base}/simulator")
    return opened


async def test_a_customer_writes_and_is_told_that_it_was_taken(page: Page) -> None:
    await page.get_by_role("button", name="English", exact=True).click()
    await page.get_by_role("button", name="Send", exact=True).click()

    await page.get_by_role("status").filter(has_text="Taken by the mail server: 1").wait_for()
    assert await page.get_by_label("Text").input_value() == ""


async def test_a_mail_is_shown_as_text_and_can_be_answered(demo_house: Any, page: Page) -> None:
    relay = demo_house.server.settings.email.relay_url.rpartition(":")[2]
    await aiosmtplib.send(
        HOSTILE.encode(),
        sender="support@demo.example",
        recipients=["anna.schmidt@kunde.example"],
        hostname="127.0.0.1",
        port=int(relay),
    )
    await page.get_by_text("<script>document.title='run'</script>").wait_for()
    await page.get_by_role("button", name="Reply").click()

    assert await page.title() == "The customer's side"
    assert await page.get_by_label("To", exact=True).input_value() == "support@demo.example"
    assert await page.get_by_text("Answering:").is_visible()
