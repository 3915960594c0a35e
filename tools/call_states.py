"""How a page comes into the states of a call."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page

from tools.complaint_states import Step

NAMES = [f"019a8a00-0000-7000-8000-{number:012d}" for number in range(3)]


def on_call(state: str, *, joined: bool) -> Step:
    """Whoever signs in is on a call that stands so."""

    async def step(page: Page) -> None:
        me = {"id": ""}

        async def session(route: object) -> None:
            answer = await route.fetch()  # type: ignore[attr-defined]
            told = await answer.json()
            me["id"] = ((told.get("user") or {}).get("agent") or {}).get("id", "")
            await route.fulfill(response=answer)  # type: ignore[attr-defined]

        async def mine(route: object) -> None:
            began = (datetime.now(UTC) - timedelta(seconds=83)).isoformat()
            part = {"agent_id": me["id"], "status": "active", "joined": joined}
            call = {
                "id": NAMES[0], "interaction_id": NAMES[1], "conversation_id": NAMES[2], "number": "+447700900321",
                "state": state, "since": began, "talking_since": began, "recording": "off", "parts": [part], "version": 1,
            }  # fmt: skip
            await route.fulfill(json={"items": [call], "next_cursor": None})  # type: ignore[attr-defined]

        await page.route("**/api/v1/session", session)
        await page.route("**/api/v1/calls/mine", mine)

    return step
