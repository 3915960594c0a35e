"""A demo house filled for pictures and for axe: work in every state that the scenes in `tools/scenes.py` show.

Only over its public surfaces (mail in, HTTP), so that what is looked at is what really happens.
"""

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from playwright.async_api import APIResponse, Browser, BrowserContext, StorageState

PASSWORD = "demo"

MAILS = [
    ("ana.ferreira@example.pt", "Ana Ferreira", "support", "Charged twice for order A-77310"),
    ("marcus.bell@example.org", "Marcus Bell", "support", "Still no reply about my cancelled booking"),
    ("liu.yang@example.cn", "刘洋", "zh", "发票抬头可以改成公司名称吗？"),
    ("priya.raman@example.in", "Priya Raman", "billing", "Invoice for October"),
]
LAMP = ("olga.lind@example.se", "Olga Lind", "support", "The lamp came without its bulb")
TEXT = (
    "Hello,\n\nmy card was charged twice for order A-77310, EUR 84.50 both times. "
    "This also happened in October. Will the money come back before Friday?\n\nThank you"
)
PAGE = "<p>Hello,</p><p>my card was <b>charged twice</b> for order A-77310.</p><p>Thank you</p>"


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


class Visitors:
    """Browser contexts in one language and theme; whoever needs to be signed in signs in once, and starts afresh each time."""

    def __init__(self, browser: Browser, url: str, *, language: str, theme: str) -> None:
        self.url, self.language, self.theme = url, language, theme
        self._browser = browser
        self._signed_in: dict[str, StorageState] = {}

    @asynccontextmanager
    async def visit(self, user: str | None) -> AsyncIterator[BrowserContext]:
        """A context of this user (None: of nobody), closed with the block."""
        if user is not None and user not in self._signed_in:
            context = await self._context()
            await let_in(context, self.url, user, language=self.language, theme=self.theme)
            self._signed_in[user] = await context.storage_state()
            await context.close()
        context = await self._context(self._signed_in.get(user or ""))
        try:
            yield context
        finally:
            await context.close()

    async def _context(self, state: StorageState | None = None) -> BrowserContext:
        return await self._browser.new_context(
            locale=self.language,
            color_scheme="dark" if self.theme == "dark" else "light",
            reduced_motion="reduce",
            storage_state=state,
        )


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


async def _accepted(alice: Caller) -> str:
    """Takes what rings; the path of its conversation."""
    offer = await _offered(alice)
    await alice.call("POST", f"/offers/{offer['id']}/accept", {})
    return f"/conversations/{offer['conversation_id']}/messages"


async def _half_answered(alice: Caller) -> None:
    here = await _accepted(alice)
    note = "Duplicate confirmed by payments. Release takes one working day."
    await alice.call("POST", here, _message("note", note, "1"))
    reply = "Hello Ana, thank you for telling us. I can see both charges and am checking with the payment team now."
    await alice.call("POST", here, _message("reply", reply, "2"))
    await _complained(alice, here.split("/")[2])


async def _complained(alice: Caller, conversation_id: str) -> None:
    """The customer complains, twice about the same."""
    categories = (await alice.call("GET", "/complaint-categories"))["items"]
    for severity, text in (
        ("serious", "Charged twice in October as well. Nobody called back."),
        ("critical", "The same again, and the bank sent the direct debit back: 银行已退回扣款。"),
    ):
        body = {
            "conversation_id": conversation_id,
            "category_id": categories[2]["id"],
            "severity": severity,
            "text": text,
        }
        made = await alice.call("POST", "/complaints", body)
        if severity == "serious":
            await alice.call("POST", f"/complaints/{made['id']}/acknowledge", {})


async def _wrapping_up(alice: Caller) -> None:
    here = await _accepted(alice)
    await alice.call("POST", here, _message("reply", "Both lamps are on their way.", "3", then="resolve"))


def _message(kind: str, text: str, number: str, *, then: str = "stay") -> dict[str, object]:
    return {"kind": kind, "text": text, "client_message_id": f"shot-{number}", "then": then}


async def _long_offers(browser: Browser, url: str) -> None:
    """Offers ring for an hour; what is done is wrapped up by hand."""
    context = await browser.new_context()
    admin = await let_in(context, url, "admin")
    for queue in (await admin.call("GET", "/queues"))["items"]:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"offer_seconds": {"email": 3600}, "after_work": "forced"})
    await context.close()


async def furnish(browser: Browser, url: str, smtp: int) -> BrowserContext:
    """Work in every state that the scenes show; offers ring for an hour here.

    Answers a context that must stay open: an agent whose last screen closes loses the work after 45 s.
    """
    context = await browser.new_context()
    await _until_up(context, url)
    await _long_offers(browser, url)
    alice = await let_in(context, url, "alice")
    await (await context.new_page()).goto(f"{url}/console/queues")
    await alice.call("PUT", "/agents/me/presence", {"state": "available", "reason": None})
    for mail, work in ((LAMP, _wrapping_up), (MAILS[0], _half_answered)):
        await asyncio.to_thread(_post, smtp, *mail)
        await work(alice)
    for mail in MAILS[1:]:
        await asyncio.to_thread(_post, smtp, *mail)
    await _complained(alice, (await _offered(alice))["conversation_id"])
    return context
