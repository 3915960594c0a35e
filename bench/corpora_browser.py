"""The corpora in a real Chromium: mail pages in the console's own frame and in a page that allows everything, strings in the console's DOM.

A page is live when a script of it ran, it asked for anything (pictures apart, once a person allowed them), it left its place,
or an element that could do any of this is in the tree that the browser built.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page, Request, Route, TimeoutError, expect

from bench.corpora_judging import Tally
from bench.corpora_server import Desk
from bench.corpora_server import Page as MailPage
from bench.corpora_strings import Words

ELSEWHERE = "http://permissive.example"
FRAMES_AT_ONCE = 12
SEEN_WITHIN_MS = 5_000
HOOKS = """
window.__fired = [];
for (const name of ['alert', 'prompt', 'confirm', 'print', 'open', '__xss', 'xss'])
  window[name] = () => { window.__fired.push(name); };
"""
PROVOKE = """async () => {
  const live = [];
  const bad = new Set(['SCRIPT', 'IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'APPLET', 'FORM', 'BASE', 'META', 'LINK', 'SVG', 'MATH',
    'TEMPLATE', 'STYLE', 'NOSCRIPT']);
  if (document.head.children.length !== 4) live.push('head ' + document.head.children.length);
  for (const element of document.body.querySelectorAll('*')) {
    if (bad.has(element.tagName.toUpperCase())) live.push('<' + element.tagName + '>');
    for (const attribute of element.attributes) {
      if (/^on|^srcdoc$|^formaction$/i.test(attribute.name)) live.push(attribute.name);
    }
    for (const name of ['href', 'src', 'action', 'data', 'background']) {
      const address = element[name];
      if (typeof address === 'string' && /^\\s*(javascript|vbscript|data:(?!image\\/(png|gif|jpe?g|webp|bmp);base64,))/i.test(address))
        live.push(name + '=' + address.slice(0, 20));
    }
    for (const kind of ['load', 'error', 'toggle', 'focus', 'mouseover', 'mouseenter', 'pointerdown', 'keydown', 'animationend'])
      element.dispatchEvent(new Event(kind, {bubbles: false}));
  }
  await new Promise((done) => setTimeout(done, 20));
  return live.concat(window.__fired.map((name) => name + '() ran'));
}"""
FRAMED = """async ([markup, address]) => {
  const holder = document.createElement('div');
  holder.innerHTML = markup;
  const frame = holder.firstElementChild;
  const loaded = new Promise((done) => { frame.onload = done; });
  frame.src = address;
  document.body.append(frame);
  await loaded;
  frame.className = 'judged';
}"""
GO = "(path) => { history.pushState({}, '', path); }"
SHOWN = """(wanted) => {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
  const got = {
    visible: texts('.mail-text'), note: texts('.note > p'), subject: texts('.ch h2'), customer: texts('h1, h2, h3, b, span'),
  };
  return Object.entries(wanted).every(([place, text]) => text === '' || (got[place] || []).includes(text)) ? 'all' : null;
}"""
MISSING = """(wanted) => {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
  const got = {
    visible: texts('.mail-text'), note: texts('.note > p'), subject: texts('.ch h2'), customer: texts('h1, h2, h3, b, span'),
  };
  return Object.entries(wanted).filter(([place, text]) => text !== '' && !(got[place] || []).includes(text))
    .map(([place]) => [place, (got[place] || [])[0]]);
}"""


class Watch:
    """What a page did on its own: dialogs, new windows, requests elsewhere."""

    def __init__(self, page: Page, own: str) -> None:
        self.seen: list[str] = []
        self._own = own
        page.on("dialog", self._dialog)
        page.on("popup", lambda _page: self.seen.append("a window opened"))
        page.on("request", self._request)

    def take(self) -> list[str]:
        """What was seen since the last call."""
        seen, self.seen = self.seen, []
        return seen

    async def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"{dialog.type} dialog")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._own, "data:")):
            self.seen.append(f"{request.resource_type} {request.url[:60]}")


@asynccontextmanager
async def _console(browser: Browser, desk: Desk) -> AsyncIterator[BrowserContext]:
    """A signed-in window of the console with all its policies, unlike those that tests use."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    cookies = [{"name": one.key, "value": one.value, "url": desk.house.url} for one in desk.admin.http.cookie_jar]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    try:
        yield context
    finally:
        await context.close()


async def permissive(browser: Browser, pages: Sequence[MailPage], name: str) -> Tally:
    """Each document where scripts may run and no policy helps: what is left must be harmless by itself."""
    tally = Tally(f"{name} html/xss in an open page")
    documents = {f"{ELSEWHERE}/{n}/{shown}": page.documents[shown] for n, page in enumerate(pages) for shown in (0, 1)}

    async def answer(route: Route) -> None:
        document = documents.get(route.request.url)
        if document is None:
            await route.abort()
        else:
            await route.fulfill(body=document, content_type="text/html; charset=utf-8")

    context = await browser.new_context()
    await context.add_init_script(HOOKS)
    await context.route("**/*", answer)
    page = await context.new_page()
    watch = Watch(page, f"{ELSEWHERE}/")
    for number, mail in enumerate(pages):
        live: list[str] = []
        for shown in (0, 1):
            address = f"{ELSEWHERE}/{number}/{shown}"
            await page.goto(address, wait_until="domcontentloaded")
            try:
                live += await page.evaluate(PROVOKE)
            except Error as error:
                live.append(f"left its place: {str(error)[:60]}")
            live += [one for one in watch.take() if not (shown and one.startswith("image "))]
            live += [] if page.url == address else [f"went to {page.url[:60]}"]
        tally.count(mail.case_id, "; ".join(live))
    await context.close()
    return tally


async def framed(browser: Browser, desk: Desk, pages: Sequence[MailPage], name: str) -> Tally:
    """Each document in a copy of the frame that the console makes for a mail, under the console's and the API's policies."""
    tally = Tally(f"{name} html/xss in the console's frame")
    async with _console(browser, desk) as context:
        await context.add_init_script(HOOKS)
        page = await context.new_page()
        watch = Watch(page, desk.house.url)
        if pages:
            await page.goto(f"{desk.house.url}/console/c/{await desk.plain_page()}")
            await page.get_by_role("button", name="Show as designed").first.click(timeout=30_000)
            frame = page.locator("iframe.mail-frame").first
            await expect(frame).to_be_visible()
            markup = await frame.evaluate(
                "(one) => { const copy = one.cloneNode(); copy.removeAttribute('src'); return copy.outerHTML; }"
            )
        watch.take()
        for number, mail in enumerate(pages):
            live: list[str] = []
            for shown in (0, 1):
                address = f"/api/v1/messages/{mail.message_id}/html?images={shown}"
                await page.evaluate(FRAMED, [markup, address])
                places = [one.url for one in page.frames if one is not page.main_frame and one.url.endswith(address)]
                live += [] if places else ["the frame went elsewhere"]
                live += [one for one in watch.take() if not (shown and one.startswith("image "))]
            live += [f"{one}() ran" for one in await page.evaluate("window.__fired.splice(0)")]
            tally.count(mail.case_id, "; ".join(live))
            if number % FRAMES_AT_ONCE == 0:
                await page.evaluate("document.querySelectorAll('iframe.judged').forEach((one) => one.remove())")
    return tally


async def shown(browser: Browser, desk: Desk, words: Sequence[Words], name: str) -> Tally:
    """Each string in the console: a mail's text, its subject, the customer's name and a note, code point by code point."""
    tally = Tally(f"{name} naughty in the console")
    async with _console(browser, desk) as context:
        page = await context.new_page()
        await page.goto(f"{desk.house.url}/console/")
        await expect(page.get_by_role("navigation").first).to_be_visible(timeout=30_000)
        for one in words:
            await page.evaluate(GO, f"/console/c/{one.conversation_id}")
            try:
                await page.wait_for_function(SHOWN, arg=one.shown, timeout=SEEN_WITHIN_MS, polling=30)
                tally.count(one.case_id, "")
            except TimeoutError:
                tally.count(one.case_id, json.dumps(await page.evaluate(MISSING, one.shown), ensure_ascii=True)[:200])
    return tally
