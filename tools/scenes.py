"""What `make shots` and the axe tests look at: who sits there, which page, and how it comes into its state.

The work that is shown comes from `tools/furnish.py`. A new screen or state gets a scene here; the rest follows by itself.
"""

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, Route, expect

from tools import call_states, desk_states
from tools import complaint_states as complaints
from tools import knowledge_states as knowledge
from tools.desk_states import away, open_first, replying

WAIT_MS = 8_000
Step = Callable[[Page], Awaitable[None]]
STILL = """() => document.fonts.status === 'loaded' && document.getAnimations().every(
  each => each.playState !== 'running' || each.effect.getComputedTiming().iterations === Infinity)"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One state: `ready` is what must be seen before it is looked at; `before` sets up the network, `then` acts."""

    name: str
    user: str | None
    path: str
    ready: str
    before: Step | None = None
    then: Step | None = None
    narrowest: int = 0


async def enter(page: Page, scene: Scene, url: str, *, language: str, wait: int = WAIT_MS) -> None:
    """Bring the page into the scene; `wait` is the milliseconds that each step may take."""
    page.set_default_timeout(wait)
    if scene.before is not None:
        await scene.before(page)
    await page.goto(url + scene.path.format(language=language))
    await page.wait_for_selector(scene.ready)
    if scene.then is not None:
        await scene.then(page)
    await settle(page)


async def settle(page: Page) -> None:
    """Until nothing moves any more and the fonts are there; two frames, so that what was asked for is drawn."""
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")
    await page.wait_for_function(STILL)


async def _as_designed(page: Page) -> None:
    await open_first(page)
    await page.locator(".mail.in .mail-h").first.click()
    await page.locator(".mail.in .mail-b .link:not(.fwd)").last.click()
    await page.wait_for_selector("iframe.mail-frame")


async def _note(page: Page) -> None:
    await open_first(page)
    await page.locator(".cmp .seg button").last.click()
    await page.fill(".cmp textarea", "Only for us: 请先核对十月的那一笔。")


async def _palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.locator('[role="dialog"] input').fill("a")
    await page.wait_for_selector(".palette-one svg")


async def _marked(page: Page) -> None:
    await page.wait_for_selector(".offer")
    for index in range(2):
        await page.locator(LIST).nth(index).click(modifiers=["Control"])
    await page.wait_for_selector(".bulk")


async def _not_all(page: Page) -> None:
    body = {"title": "Conflict", "code": "conflict", "status": 409, "detail": "Somebody else has it by now."}
    await page.route("**/api/v1/conversations/*/assign", lambda route: route.fulfill(status=409, json=body))
    await _marked(page)
    await page.locator(".bulk button").first.click()
    await page.locator('[role="menuitem"]').last.click()
    await page.wait_for_selector(".bulk-no")


async def _row_menu(page: Page) -> None:
    await page.wait_for_selector(".offer")
    await page.locator(LIST).first.click(button="right")
    await page.wait_for_selector('[role="menu"] [role="menuitem"]')


async def _canned(page: Page) -> None:
    await replying(page)
    await page.locator(".cmp textarea").press_sequentially("/")
    await page.wait_for_selector(".canned-pop [role=option]")


async def _canned_search(page: Page) -> None:
    await replying(page)
    await page.locator(".cmp button:has(.tabler-icon-message-2-bolt)").click()
    await page.wait_for_selector(".canned-drop [role=option]")


async def _marks(page: Page) -> None:
    await replying(page)
    await page.fill(".cmp textarea", "Made out to ⟦company⟧.")
    await page.locator(".cmp .split button").first.click()
    await page.wait_for_selector(".cmp-err")


async def _refused(page: Page) -> None:
    await replying(page)
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
    await replying(page)
    await page.fill(".cmp textarea", "Good news: the second charge is being released today.")
    await page.locator(".cmp .split button").first.click()
    await page.wait_for_selector(".mail.fail")


async def _never(page: Page) -> None:
    await page.add_init_script("""{
      const asked = window.fetch;
      window.fetch = (url, ...rest) =>
        String(url).includes('/api/v1/conversations?') ? new Promise(() => undefined) : asked(url, ...rest);
    }""")


async def _nothing(page: Page) -> None:
    empty: dict[str, object] = {
        "items": [],
        "next_cursor": None,
        "counts": {"now": 0, "today": 0, "waiting": 0},
        "channels": {},
    }
    await page.route("**/api/v1/conversations?**", lambda route: route.fulfill(json=empty))


async def _silent_reports(page: Page) -> None:
    await page.route("**/api/v1/reports/**", lambda _: None)


async def _expired(page: Page) -> None:
    await page.context.clear_cookies()
    await page.locator(".chip").last.click()
    await page.wait_for_selector('[role="dialog"] input[type="password"]')


async def _wrong(page: Page) -> None:
    await page.fill('input[type="email"]', f"{uuid.uuid4().hex}@demo.example")
    await page.fill('input[type="password"]', "not this")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".gate-card .problem")


async def _sent(page: Page) -> None:
    await _reset(page)
    await page.fill('input[type="email"]', f"{uuid.uuid4().hex}@demo.example")
    await page.keyboard.press("Enter")
    await page.wait_for_selector('.gate-card [role="status"]')


async def _differs(page: Page) -> None:
    for number, text in enumerate(("a long enough phrase", "another long phrase")):
        await page.locator('input[type="password"]').nth(number).fill(text)
    await page.keyboard.press("Enter")
    await page.wait_for_selector('[aria-invalid="true"], .gate-card .problem')


async def _wrap_up(page: Page) -> None:
    await page.locator(".row", has_text="Olga Lind").first.click()
    await page.wait_for_selector(".wrapup form")


async def _record(page: Page) -> None:
    """The record beside the conversation, or in its drawer where there is no room for it."""
    await page.wait_for_selector(".ch-r")
    if await page.locator(".side-t").is_visible():
        await page.locator(".side-t").click()
    await page.wait_for_selector(".record .idents")


async def _panel(page: Page) -> None:
    await open_first(page)
    await _record(page)


async def _edit_customer(page: Page) -> None:
    await _panel(page)
    await page.locator(".record button:has(.tabler-icon-pencil)").first.click()
    await page.wait_for_selector(".record form")


def _menu(button: str, *, opened: Step | None = None) -> Step:
    """Opens the menu behind a button."""

    async def step(page: Page) -> None:
        if opened is not None:
            await opened(page)
        await page.locator(button).first.click()
        await page.wait_for_selector('[role="menu"] [role="menuitem"], [role="menu"] [role="menuitemradio"]')

    return step


async def _presence(page: Page) -> None:
    await page.locator(".presence").click()
    await page.wait_for_selector('[role="menu"]')


async def _help(page: Page) -> None:
    await page.keyboard.press("?")
    await page.wait_for_selector(".help-t")


async def _transfer(page: Page) -> None:
    await open_first(page)
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


async def _tested(page: Page) -> None:
    await _form(page)
    await page.locator("section.fieldset button").click()
    await page.wait_for_selector(".steps li")


async def _tried(page: Page) -> None:
    await page.locator("form textarea").fill("Please refund me.")
    await page.locator('form button[type="submit"]').click()
    await page.wait_for_selector('form [role="status"]:not(:empty)')


async def _simulated(page: Page) -> None:
    await page.locator("#everybody").check()
    await expect(page.locator("#box li").first).to_be_visible()


HOME = "/console/"
LIST = ".rows .row"
TABLE = ".grid tbody tr"
GATE = ".gate-card form"
SECTIONS = (
    "users",
    "agents",
    "skills",
    "queues",
    "mailboxes",
    "numbers",
    "triage",
    "codes",
    "complaints",
    "canned",
    "surveys",
    "parked",
    "audit",
    "hours",
)
SCENES = [
    Scene("signin", None, HOME, GATE),
    Scene("signin-wrong", None, HOME, GATE, then=_wrong),
    Scene("signin-reset", None, HOME, GATE, then=_reset),
    Scene("signin-sent", None, HOME, GATE, then=_sent),
    Scene("set-password", None, "/console/set-password?token=example", GATE),
    Scene("set-password-differs", None, "/console/set-password?token=example", GATE, then=_differs),
    Scene("inbox-offer", "alice", HOME, ".offer"),
    Scene("inbox-open", "alice", HOME, LIST, then=open_first),
    Scene("inbox-html", "alice", HOME, LIST, then=_as_designed),
    Scene("inbox-note", "alice", HOME, LIST, then=_note),
    Scene("inbox-refused", "alice", HOME, LIST, then=_refused),
    Scene("inbox-forward", "alice", HOME, LIST, then=desk_states.forwarding),
    Scene("inbox-undo", "alice", HOME, LIST, then=desk_states.held),
    Scene("inbox-find", "alice", HOME, LIST, then=desk_states.find),
    Scene("new-mail", "alice", HOME, LIST, then=desk_states.new_mail),
    Scene("new-mail-refused", "alice", HOME, LIST, then=desk_states.new_mail_refused),
    Scene("inbox-marked", "alice", HOME, LIST, then=_marked),
    Scene("inbox-marked-refused", "alice", HOME, LIST, then=_not_all),
    Scene("row-menu", "alice", HOME, LIST, then=_row_menu),
    Scene("inbox-canned", "alice", HOME, LIST, then=_canned),
    Scene("inbox-canned-search", "alice", HOME, LIST, then=_canned_search),
    Scene("inbox-canned-marks", "alice", HOME, LIST, then=_marks),
    Scene("inbox-failed", "alice", HOME, LIST, then=_failed),
    Scene("inbox-wrap-up", "alice", HOME, LIST, then=_wrap_up),
    Scene("inbox-record", "alice", HOME, LIST, then=_panel),
    Scene("inbox-record-edit", "alice", HOME, LIST, then=_edit_customer),
    Scene("complaint-record", "alice", HOME, LIST, then=complaints.recording(open_first)),
    Scene("complaint", "alice", HOME, LIST, then=complaints.detail(_panel)),
    Scene("complaint-resolve", "alice", HOME, LIST, then=complaints.resolving(_panel)),
    Scene("complaint-correct", "alice", HOME, LIST, then=complaints.correcting(_panel)),
    Scene("complaint-error", "alice", HOME, LIST, then=complaints.away(_panel)),
    Scene("inbox-articles", "alice", HOME, LIST, then=knowledge.picking),
    Scene("inbox-suggested", "alice", HOME, LIST, then=knowledge.suggested(_panel)),
    Scene("inbox-offline", "alice", HOME, LIST, before=desk_states.cut_later, then=desk_states.cut),
    Scene("inbox-loading", "alice", HOME, ".sk-row", before=_never),
    Scene("inbox-empty", "mei", HOME, ".empty", before=_nothing),
    Scene("inbox-error", "alice", HOME, ".list .problem", before=away("conversations?**")),
    Scene("inbox-expired", "bob", HOME, LIST, then=_expired),
    Scene("view-menu", "alice", HOME, LIST, then=_menu(".view-b")),
    Scene("send-menu", "alice", HOME, LIST, then=_menu(".cmp .split button:last-child", opened=replying)),
    Scene("more-menu", "alice", HOME, LIST, then=_menu(".ch-r button:has(.tabler-icon-dots)", opened=open_first)),
    Scene("presence-menu", "alice", HOME, ".presence", then=_presence),
    Scene("call", "alice", HOME, ".call-bar", before=call_states.on_call("talking", joined=True)),
    Scene("call-lost", "alice", HOME, ".call-bar", before=call_states.on_call("recovering", joined=False)),
    Scene("palette", "alice", HOME, LIST, then=_palette),
    Scene("help", "alice", HOME, ".chips", then=_help, narrowest=760),
    Scene("transfer", "alice", HOME, LIST, then=_transfer),
    Scene("wallboard", "supervisor", "/console/wallboard", ".tile", narrowest=760),
    Scene("wallboard-big", "supervisor", "/console/wallboard?big=1", ".tile", narrowest=1280),
    Scene(
        "wallboard-old",
        "supervisor",
        "/console/wallboard",
        ".tile",
        before=desk_states.cut_later,
        then=desk_states.grown_old,
        narrowest=760,
    ),
    Scene("queues", "supervisor", "/console/queues", TABLE, then=_queue),
    Scene("queues-agent", "supervisor", "/console/queues", ".grid .acts button", then=_menu(".grid .acts button")),
    *[Scene(f"admin-{name}", "admin", f"/console/admin/{name}", ".sheet-h") for name in SECTIONS],
    *[Scene(f"admin-{name}-form", "admin", f"/console/admin/{name}", TABLE, then=_form) for name in SECTIONS[:11]],
    *[
        Scene(f"admin-{name}-errors", "admin", f"/console/admin/{name}", ".sheet-h button", then=_errors)
        for name in ("users", "skills", "queues", "mailboxes", "triage", "codes", "complaints", "canned")
    ],
    Scene("reports", "supervisor", "/console/reports", TABLE, narrowest=760),
    Scene("reports-loading", "supervisor", "/console/reports", ".sheet .empty", before=_silent_reports, narrowest=760),
    Scene(
        "reports-error", "supervisor", "/console/reports", ".sheet .problem", before=away("reports/**"), narrowest=760
    ),
    Scene("knowledge", "supervisor", "/console/knowledge", TABLE),
    Scene("knowledge-reader", "alice", "/console/knowledge", TABLE),
    Scene("knowledge-none", "supervisor", "/console/knowledge", TABLE, then=knowledge.nothing_found),
    Scene("knowledge-error", "supervisor", "/console/knowledge", ".sheet .problem", before=away("articles?**")),
    Scene("knowledge-article", "supervisor", "/console/knowledge", TABLE, then=knowledge.written),
    Scene("knowledge-refused", "supervisor", "/console/knowledge", TABLE, then=knowledge.not_saved),
    Scene("survey-unknown", None, "/survey/nothing", "main h1"),
    Scene("account", "admin", "/console/account", ".sheet .grid"),
    Scene("account-alerts", "alice", "/console/account", ".volume", then=desk_states.sound_tried),
    Scene("admin-mailboxes-tested", "admin", "/console/admin/mailboxes", TABLE, then=_tested),
    Scene("admin-triage-tried", "admin", "/console/admin/triage", TABLE, then=_tried),
    Scene("simulator", None, "/simulator?lang={language}", "#samples button"),
    Scene("simulator-box", None, "/simulator?lang={language}", "#samples button", then=_simulated),
]
