"""What `make shots` looks at: who sits there, which page, and how it comes into the state of the picture.

`furnish` fills a demo house over its public surfaces only (mail in, HTTP), so the pictures show what really happens.
"""

import asyncio
import json
import smtplib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from playwright.async_api import APIResponse, Browser, BrowserContext, Page, Route

PASSWORD = "demo"
WAIT_MS = 8_000
Step = Callable[[Page], Awaitable[None]]

@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: `ready` is what must be seen before it is taken; `before` sets up the network, `then` acts."""

    name: str
    user: str | None
    path: str
    ready: str
    before: Step | None = None
    then: Step | None = None
    narrowest: int = 0


async def enter(page: Page, scene: Scene, url: str) -> None:
    """Bring the page into the scene."""
    page.set_default_timeout(WAIT_MS)
    if scene.before is not None:
        await scene.before(page)
    await page.goto(f"{url}/console{scene.path}")
    await page.wait_for_selector(scene.ready, timeout=WAIT_MS)
    if scene.then is not None:
        await scene.then(page)
    await page.evaluate("document.fonts.ready.then(() => null)")
    await page.wait_for_timeout(350)


async def _open_first(page: Page) -> None:
    await page.wait_for_selector(".offer", timeout=WAIT_MS)
    await page.locator(".row", has_text="Ana Ferreira").first.click()
    await page.wait_for_selector(".cmp textarea", timeout=WAIT_MS)


async def _as_designed(page: Page) -> None:
    await _open_first(page)
    await page.locator(".mail.in .mail-h").first.click()
    await page.locator(".mail.in .mail-b .link").last.click()
    await page.wait_for_selector("iframe.mail-frame")


async def _note(page: Page) -> None:
    await _open_first(page)
    await page.locator(".cmp .seg button").last.click()
    await page.fill(".cmp textarea", "Only for us: 请先核对十月的那一笔。")


async def _refused(page: Page) -> None:
    await _open_first(page)
    await page.locator(".cmp .seg button").first.click()
    await page.fill(".cmp textarea", "")
    await page.locator(".cmp .split button").first.click()
    await page.wait_for_selector(".cmp-err")


async def _failed(page: Page) -> None:
    async def refuse(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        body = {"title": "Not possible", "code": "refused", "status": 422, "detail": "The mailbox refuses."}
        await route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(body))

    await page.route("**/messages", refuse)
    await _open_first(page)
    await page.locator(".cmp .seg button").first.click()
    await page.fill(".cmp textarea", "Good news: the second charge is being released today.")
    await page.locator(".cmp .split button").first.click()
    await page.wait_for_selector(".mail.fail")


async def _no_line(page: Page) -> None:
    await page.route("**/socket.io/**", lambda route: route.abort())
    await page.route_web_socket("**/socket.io/**", lambda socket: socket.close())


async def _never(page: Page) -> None:
    async def hold(_: Route) -> None:
        await asyncio.sleep(0)

    await page.route("**/api/v1/conversations?**", hold)


async def _nothing(page: Page) -> None:
    empty: dict[str, object] = {
        "items": [],
        "next_cursor": None,
        "counts": {"now": 0, "today": 0, "waiting": 0},
        "channels": {},
    }
    await page.route("**/api/v1/conversations?**", lambda route: route.fulfill(json=empty))


async def _broken(page: Page) -> None:
    body = {"title": "Unavailable", "code": "unavailable", "status": 500, "detail": "The database is away."}
    await page.route("**/api/v1/conversations?**", lambda route: route.fulfill(status=500, json=body))


async def _expired(page: Page) -> None:
    await page.context.clear_cookies()
    await page.locator(".chip").last.click()
    await page.wait_for_selector('[role="dialog"] input[type="password"]', timeout=WAIT_MS)


async def _presence(page: Page) -> None:
    await page.locator(".presence").click()
    await page.wait_for_selector('[role="menu"]')


async def _help(page: Page) -> None:
    await page.keyboard.press("?")
    await page.wait_for_selector(".help-t")


async def _transfer(page: Page) -> None:
    await _open_first(page)
    await page.keyboard.press("t")
    await page.wait_for_selector('[role="dialog"] form')


async def _reset(page: Page) -> None:
    await page.locator(".gate-card .link").click()
    await page.wait_for_selector('.gate-card form input[type="email"]')


async def _queue(page: Page) -> None:
    await page.locator(".grid .name").nth(1).click()
    await page.wait_for_selector(".grid .acts a, .grid tr.sel")


async def _form(page: Page) -> None:
    await page.locator(".grid .name").first.click()
    await page.wait_for_selector(".form-page")


async def _errors(page: Page) -> None:
    await page.locator(".sheet-h button").click()
    await page.wait_for_selector(".form-page")
    await page.locator(".save-bar button").last.click()
    await page.wait_for_selector(".form-sum, .problem")


LIST = ".rows .row"
TABLE = ".grid tbody tr"
SCENES = [
    Scene("signin", None, "/", ".gate-card form"),
    Scene("signin-reset", None, "/", ".gate-card form", then=_reset),
    Scene("set-password", None, "/set-password?token=example", ".gate-card form"),
    Scene("inbox-offer", "alice", "/", ".offer"),
    Scene("inbox-open", "alice", "/", LIST, then=_open_first),
    Scene("inbox-html", "alice", "/", LIST, then=_as_designed),
    Scene("inbox-note", "alice", "/", LIST, then=_note),
    Scene("inbox-refused", "alice", "/", LIST, then=_refused),
    Scene("inbox-failed", "alice", "/", LIST, then=_failed),
    Scene("inbox-offline", "alice", "/", ".off", before=_no_line),
    Scene("inbox-loading", "alice", "/", ".sk-row", before=_never),
    Scene("inbox-empty", "alice", "/", ".empty", before=_nothing),
    Scene("inbox-error", "alice", "/", ".list .problem", before=_broken),
    Scene("inbox-expired", "bob", "/", LIST, then=_expired),
    Scene("presence-menu", "alice", "/", ".presence", then=_presence),
    Scene("help", "alice", "/", ".chips", then=_help, narrowest=760),
    Scene("transfer", "alice", "/", LIST, then=_transfer),
    Scene("queues", "supervisor", "/queues", TABLE, then=_queue),
    *[
        Scene(f"admin-{name}", "admin", f"/admin/{name}", ".sheet-h")
        for name in ("users", "agents", "skills", "queues", "mailboxes", "triage", "codes", "parked", "audit")
    ],
    *[
        Scene(f"admin-{name}-form", "admin", f"/admin/{name}", TABLE, then=_form)
        for name in ("users", "agents", "queues", "mailboxes", "triage", "codes")
    ],
    Scene("admin-errors", "admin", "/admin/queues", ".sheet-h button", then=_errors),
]
