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

MAILS = [
    ("ana.ferreira@example.pt", "Ana Ferreira", "support", "Charged twice for order A-77310"),
    ("marcus.bell@example.org", "Marcus Bell", "support", "Still no reply about my cancelled booking"),
    ("liu.yang@example.cn", "刘洋", "zh", "发票抬头可以改成公司名称吗？"),
    ("priya.raman@example.in", "Priya Raman", "billing", "Invoice for October"),
]
TEXT = (
    "Hello,\n\nmy card was charged twice for order A-77310, EUR 84.50 both times. "
    "This also happened in October. Will the money come back before Friday?\n\nThank you"
)
PAGE = "<p>Hello,</p><p>my card was <b>charged twice</b> for order A-77310.</p><p>Thank you</p>"


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


class Caller:
    """HTTP of one signed-in user."""

    def __init__(self, context: BrowserContext, url: str, csrf: str) -> None:
        self._context, self._api, self._csrf = context, f"{url}/api/v1", csrf

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; a refusal ends the run with what the server said."""
        answer: APIResponse = await self._context.request.fetch(
            f"{self._api}{path}",
            method=method,
            data=json.dumps(body) if body is not None else None,
            headers={"X-CSRF-Token": self._csrf, "Content-Type": "application/json"},
        )
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
        return await answer.json() if answer.status not in (204, 205) else None


async def let_in(
    context: BrowserContext, url: str, user: str, *, language: str | None = None, theme: str | None = None
) -> Caller:
    """Sign in; the cookie stays in the context."""
    body = {"email": f"{user}@demo.example", "password": PASSWORD}
    answer = await context.request.post(f"{url}/api/v1/session", data=body)
    if not answer.ok:
        raise RuntimeError(f"{user} may not enter: {answer.status} {await answer.text()}")
    caller = Caller(context, url, (await answer.json())["csrf_token"])
    if language is not None and theme is not None:
        await caller.call("PATCH", "/me", {"language": language, "theme": theme})
    return caller


def _post(smtp: int, sender: str, name: str, to: str, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{name} <{sender}>", f"{to}@demo.example", subject
    mail.set_content(TEXT if to != "zh" else "您好，请问发票抬头可以改成公司名称吗？谢谢！")
    if to == "support":
        mail.add_alternative(PAGE, subtype="html")
        mail.add_attachment(b"statement", maintype="application", subtype="pdf", filename="statement.pdf")
    with smtplib.SMTP("127.0.0.1", smtp, timeout=30) as session:
        session.send_message(mail)


async def _until_up(context: BrowserContext, url: str) -> None:
    for _ in range(300):
        try:
            if (await context.request.get(f"{url}/readyz", timeout=2000)).ok:
                return
        except Exception as trouble:
            if "ECONN" not in str(trouble) and "Timeout" not in str(trouble) and "hang up" not in str(trouble):
                raise
        await asyncio.sleep(0.1)
    raise RuntimeError("the server did not come up within 30 s")


async def _offered(caller: Caller) -> dict[str, Any]:
    for _ in range(200):
        offers: list[dict[str, Any]] = (await caller.call("GET", "/offers"))["items"]
        if offers:
            return offers[0]
        await asyncio.sleep(0.1)
    raise RuntimeError("no offer came within 20 s")


async def _work_of(alice: Caller) -> None:
    """One conversation accepted and half answered."""
    offer = await _offered(alice)
    await alice.call("POST", f"/offers/{offer['id']}/accept", {})
    here = f"/conversations/{offer['conversation_id']}"
    note = "Duplicate confirmed by payments. Release takes one working day."
    await alice.call("POST", f"{here}/messages", _message("note", note, 1))
    reply = "Hello Ana, thank you for telling us. I can see both charges and am checking with the payment team now."
    await alice.call("POST", f"{here}/messages", _message("reply", reply, 2))


def _message(kind: str, text: str, number: int) -> dict[str, object]:
    return {"kind": kind, "text": text, "client_message_id": f"shot-{number}", "then": "stay"}


async def furnish(browser: Browser, url: str, smtp: int) -> BrowserContext:
    """Work in every state that the scenes show; offers ring for an hour here.

    Answers a context that must stay open: an agent whose last screen closes loses the work after 45 s.
    """
    context = await browser.new_context()
    await _until_up(context, url)
    admin = await let_in(context, url, "admin")
    for queue in (await admin.call("GET", "/queues"))["items"]:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"offer_seconds": {"email": 3600}})
    await context.close()
    context = await browser.new_context()
    alice = await let_in(context, url, "alice")
    await (await context.new_page()).goto(f"{url}/console/queues")
    await alice.call("PUT", "/agents/me/presence", {"state": "available", "reason": None})
    await asyncio.to_thread(_post, smtp, *MAILS[0])
    await _work_of(alice)
    for mail in MAILS[1:]:
        await asyncio.to_thread(_post, smtp, *mail)
    await _offered(alice)
    return context


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
