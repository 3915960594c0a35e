"""The customer's telephone in a real browser: texts go in, answers come back, a trainee lets things go wrong."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect

ANNA = "+447700900321"


@pytest.mark.parametrize(
    ("language", "answer"),
    [("en-US", "You will get no more texts from us."), ("zh-CN", "您将不再收到我们的短信")],
)
async def test_a_customer_texts_and_reads_what_comes_back(
    demo_house: Any, browser: Browser, language: str, answer: str
) -> None:
    context = await browser.new_context(locale=language)
    page = await context.new_page()
    await page.goto(f"{demo_house.base}/simulator/phone")
    if language == "zh-CN":
        await page.locator("#to").select_option(label="中文支持 +447700900188")
    await page.locator("#text").fill("<b>Where</b> is my parcel?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#texts li")).to_have_count(1)
    await expect(page.locator("#texts li").first).to_contain_text("<b>Where</b> is my parcel?")

    await demo_house.sign_in("supervisor")
    status, found = await demo_house.call("GET", "/conversations?view=all&channel=sms")
    assert status == 200
    (item,) = found["items"]
    assert item["customer"]["name"] == "Anna Schmidt"  # the number is hers

    await page.locator("#stop").click()
    if language == "zh-CN":  # STOP is confirmed by the carriers themselves, 退订 by us
        await expect(page.locator("#texts li").last).to_contain_text(answer)
    await context.close()


async def test_only_a_number_and_a_text_are_taken(demo_house: Any) -> None:
    async with aiohttp.ClientSession() as http:
        for form in (
            {"number": "nobody", "to": "+447700900100", "text": "hi"},
            {"number": ANNA, "to": "+447700900100", "text": ""},
        ):
            async with http.post(f"{demo_house.base}/simulator/texts", data=form) as answer:
                assert answer.status == 400
        async with http.put(f"{demo_house.base}/simulator/trouble", data={"name": "everything"}) as answer:
            assert answer.status == 400
        async with http.put(f"{demo_house.base}/simulator/trouble", data={"name": "late"}) as answer:
            assert answer.status == 204
        async with http.get(f"{demo_house.base}/simulator/texts", params={"number": ANNA}) as answer:
            assert (await answer.json())["trouble"] == "late"


async def test_a_customer_calls_reads_what_is_said_and_hangs_up(demo_house: Any, browser: Browser) -> None:
    context = await browser.new_context(locale="en-US")
    page = await context.new_page()
    await page.goto(f"{demo_house.base}/simulator/phone")
    await page.get_by_role("button", name="Call", exact=True).click()
    await expect(page.locator("#heard")).to_contain_text("Please hold")
    await expect(page.locator("#call-status")).to_have_text("On the line")

    await page.get_by_role("button", name="5").click()
    await page.get_by_role("button", name="Hang up").click()

    await expect(page.locator("#call-status")).to_have_text("The call is over")
    await demo_house.sign_in("supervisor")
    status, found = await demo_house.call("GET", "/conversations?view=all&channel=voice")
    assert status == 200 and [one["customer"]["name"] for one in found["items"]] == ["Anna Schmidt"]
    await context.close()


async def test_only_numbers_are_dialled_and_only_keys_pressed(demo_house: Any) -> None:
    calls = f"{demo_house.base}/simulator/calls"
    async with aiohttp.ClientSession() as http:
        for form in ({"number": ANNA, "to": "support"}, {"number": "nobody", "to": "+447700900100"}):
            async with http.post(calls, data=form) as answer:
                assert answer.status == 400
        async with http.post(calls, data={"number": "", "to": "+447700900100"}) as answer:
            assert answer.status == 201
            call = (await answer.json())["id"]
        for part, form, expected in (
            ("keys", {"digits": "A"}, 400),
            ("keys", {"digits": "9"}, 204),
            ("words", {"text": ""}, 400),
            ("words", {"text": "Hello"}, 204),
        ):
            async with http.post(f"{calls}/{call}/{part}", data=form) as answer:
                assert answer.status == expected
        async with http.delete(f"{calls}/{call}") as answer:
            assert answer.status == 204
        async with http.delete(f"{calls}/CA0") as answer:
            assert answer.status == 404
