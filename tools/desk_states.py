"""How the console comes into the states of an agent's desk: the steps that `tools/scenes.py` names."""

import json
import uuid
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, Route, WebSocketRoute

TIMES = "[0, 600000].map(later => new Date(Date.now() + later).toISOString())"


async def open_first(page: Page) -> None:
    """The first conversation, open."""
    await page.wait_for_selector(".offer")
    await page.locator(".row", has_text="Ana Ferreira").first.click()
    await page.wait_for_selector(".cmp textarea")


async def replying(page: Page) -> None:
    """The same, ready for a reply."""
    await open_first(page)
    await page.locator(".cmp .seg button").first.click()


async def forwarding(page: Page) -> None:
    """A mail being forwarded, with room for copies."""
    # Kept, the draft would stand in every later scene.
    await page.route("**/draft*", lambda route: route.fulfill(json={}))
    await replying(page)
    await page.wait_for_selector(".cmp textarea:focus")  # else the letter would be typed
    await page.keyboard.press("Escape")
    await page.wait_for_selector(".cmp:not(:focus-within)")
    await page.keyboard.press("f")
    await page.wait_for_selector(".cmp .seg button:nth-child(3)")
    await page.locator(".cmp-to .link").click()


async def held(page: Page) -> None:
    """A mail that can be taken back; the answer is made up, with more time than there is in life."""

    now, until = await page.evaluate(TIMES)

    async def keep(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        body = json.loads(route.request.post_data or "{}")
        delivery = {"state": "held", "attempt": 0, "reason": None, "detail": "", "at": now, "next_try_at": until}
        await route.fulfill(
            status=201,
            json={
                "id": str(uuid.uuid4()), "conversation_id": page.url.rsplit("/", 1)[-1], "interaction_id": None, "version": 1,
                "kind": "message", "direction": "out", "author": {"kind": "agent", "id": None, "name": "Alice Ng"},
                "at": now, "subject": "", "text": body["text"], "visible_text": None, "html": False, "sender": None,
                "to": body["to"], "cc": [], "bcc": [], "attachments": [], "forwards": None, "event": None,
                "client_message_id": body["client_message_id"], "delivery": delivery,
            },
        )  # fmt: skip

    await page.route("**/messages", keep)
    await replying(page)
    await page.fill(".cmp textarea", "It is on its way.")
    await page.locator(".cmp .split button").first.click()
    await page.wait_for_selector(".undo")


async def find(page: Page) -> None:
    """Words looked for, and found."""
    await open_first(page)
    await page.keyboard.press("Control+f")
    await page.fill(".findbar input", "a")
    await page.wait_for_selector(".findbar [role=status]:not(:empty)")
    await page.wait_for_selector("mark")


async def new_mail(page: Page) -> None:
    """A new mail, customers proposed for what is typed."""
    await page.wait_for_selector(".offer")
    await page.keyboard.press("c")
    box = page.locator('[role="dialog"] input[role="combobox"]')
    await box.press_sequentially("ana")
    await page.wait_for_selector(".to-list [role=option]")


async def new_mail_refused(page: Page) -> None:
    """The same, sent without anybody to send it to."""
    await page.wait_for_selector(".offer")
    await page.keyboard.press("c")
    await page.locator('[role="dialog"] .link').first.click()
    await page.locator('[role="dialog"] button[type="submit"]').click()
    await page.wait_for_selector('[role="dialog"] .problem')


async def sound_tried(page: Page) -> None:
    """The sound, tried out."""
    await page.locator(".volume + button").click()
    await page.wait_for_selector('.volume ~ [role="status"]')


def away(path: str) -> Callable[[Page], Awaitable[None]]:
    """What is fetched from these addresses of the API cannot be had."""

    async def step(page: Page) -> None:
        body = {"title": "Unavailable", "code": "unavailable", "status": 500, "detail": "The database is away."}
        await page.route(f"**/api/v1/{path}", lambda route: route.fulfill(status=500, json=body))

    return step


async def cut_later(page: Page) -> None:
    """A line that comes up and can be cut: `cut` finds it on the page's window."""
    lines: list[WebSocketRoute] = []

    def connect(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    async def cut() -> None:
        await page.route_web_socket("**/socket.io/**", lambda line: line.close())
        await page.route("**/socket.io/**", lambda route: route.abort())
        for line in lines:
            await line.close()

    await page.route_web_socket("**/socket.io/**", connect)
    await page.expose_function("cutTheLine", cut)


async def cut(page: Page) -> None:
    """The line is lost while somebody writes."""
    await replying(page)
    await page.evaluate("window.cutTheLine()")
    await page.wait_for_selector(".off")
    await page.fill(".cmp textarea", "I am looking into it.")


async def grown_old(page: Page) -> None:
    """Live figures of which none has come for a while, by this machine's clock."""
    await page.evaluate("window.cutTheLine()")
    await page.evaluate("{ const now = Date.now; Date.now = () => now() + 45000; }")
    await page.wait_for_selector(".stale")
