// The one script of a site: draws the button, frames the panel on the first click, and offers the public API.
// Everything is position: fixed, so the page never moves; nothing is fetched but the settings until somebody wants to chat.
import { textOn } from "./colour";

type Listener = (detail: unknown) => void;
interface Settings {
  name: string;
  colour: string;
  staffed: boolean;
}

const script = document.currentScript as HTMLScriptElement;
const home = new URL(script.src).origin;
const site = script.dataset.site ?? "";
const KEPT = `contact-center:${site}`;
const listeners: Record<string, Listener[]> = {};
let language = script.dataset.lang ?? document.documentElement.lang ?? navigator.language;
let button: HTMLButtonElement | undefined;
let frame: HTMLIFrameElement | undefined;
let ready = false;
let shown = false;
let unread = 0;
const waiting: object[] = [];

const label = () => (language.toLowerCase().startsWith("zh") ? "在线客服" : "Chat with us");
const emit = (event: string, detail?: unknown) => {
  for (const listener of listeners[event] ?? []) listener(detail);
};
// A page that may keep nothing only forgets that the panel was open.
const keep = (value: string) => {
  try {
    sessionStorage.setItem(KEPT, value);
  } catch {}
};
const kept = () => {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
};

function tell(message: object): void {
  if (ready) frame?.contentWindow?.postMessage({ cc: message }, home);
  else waiting.push(message);
}

function place(): void {
  if (!frame) return;
  const narrow = innerWidth < 480;
  frame.style.cssText =
    `position:fixed;z-index:2147483000;border:0;color-scheme:normal;background:#fff;display:${shown ? "block" : "none"};` +
    (narrow
      ? "inset:0;width:100%;height:100%"
      : "right:20px;bottom:88px;width:380px;height:620px;max-height:calc(100vh - 108px);border-radius:12px;box-shadow:0 8px 32px #0004");
}

function mark(): void {
  if (!button) return;
  button.setAttribute("aria-label", unread ? `${label()} (${unread})` : label());
  button.setAttribute("aria-expanded", String(shown));
  (button.lastChild as HTMLElement).style.display = unread ? "block" : "none";
}

function load(): void {
  if (frame) return;
  frame = document.createElement("iframe");
  frame.title = label();
  frame.allow = "clipboard-write";
  const asked = new URLSearchParams({
    site,
    lang: language,
    page: location.href.slice(0, 1000),
    host: location.origin,
  });
  frame.src = `${home}/widget/panel?${asked}`;
  document.body.append(frame);
  place();
}

function open(): void {
  if (!button) return;
  load();
  shown = true;
  unread = 0;
  place();
  mark();
  tell({ open: true });
  keep("open");
  emit("open");
}

function close(): void {
  if (!shown) return;
  shown = false;
  place();
  mark();
  tell({ open: false });
  keep("known");
  button?.focus();
  emit("close");
}

function draw(settings: Settings): void {
  button = document.createElement("button");
  button.type = "button";
  const on = textOn(settings.colour);
  button.style.cssText = `position:fixed;z-index:2147483000;right:20px;bottom:20px;width:56px;height:56px;border:0;border-radius:28px;cursor:pointer;background:${settings.colour};color:${on};box-shadow:0 4px 16px #0004;padding:16px`;
  button.innerHTML = `<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true"><path d="M4 5h16v11H9l-5 4z"/></svg><i style="display:none;position:absolute;top:2px;right:2px;width:14px;height:14px;border-radius:7px;background:#d32f2f;border:2px solid #fff"></i>`;
  button.onclick = () => (shown ? close() : open());
  document.body.append(button);
  mark();
  const before = kept();
  if (before === "open") open();
  else if (before) load();
  emit("ready", { staffed: settings.staffed });
}

async function start(): Promise<void> {
  if (button) return;
  const answer = await fetch(`${home}/public/v1/widget/${encodeURIComponent(site)}?lang=${language}`);
  if (answer.ok && !button) draw(await answer.json());
}

addEventListener("resize", place);
addEventListener("message", (event: MessageEvent) => {
  const said = event.data?.cc;
  if (event.origin !== home || event.source !== frame?.contentWindow || !said) return;
  if (said.ready) {
    ready = true;
    for (const message of waiting.splice(0)) tell(message);
  }
  if (said.close) close();
  if (said.talked && !kept()) keep("known");
  if (said.unread !== undefined) {
    unread = shown ? 0 : said.unread;
    mark();
  }
  if (said.event) emit(said.event, said.detail);
});

const api = {
  open,
  close,
  start,
  /** The site's signed token for its customer; null signs out. */
  identify(signed: string | null): void {
    if (signed) load();
    tell({ identify: signed });
  },
  setLanguage(tag: string): void {
    language = tag;
    mark();
    tell({ language: tag });
  },
  /** Events: ready, open, close, message, state. */
  on(event: string, listener: Listener): void {
    listeners[event] ??= [];
    listeners[event].push(listener);
  },
};
(window as unknown as { ContactCenter: typeof api }).ContactCenter = api;
dispatchEvent(new Event("contact-center"));
const begin = () => {
  if (script.dataset.consent !== "wait") void start();
};
if (document.body) begin();
else addEventListener("DOMContentLoaded", begin);
