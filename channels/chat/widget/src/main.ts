// The panel: puts conversation, line and view together, and speaks with the page that frames it.
import "./panel.css";
import { Chat } from "./chat";
import { textOn } from "./colour";
import { Composer } from "./composer";
import { connect } from "./socket";
import { normal, say, speak } from "./texts";
import { type Site, View } from "./view";
import type { Standing, Told } from "./wire";

const PING_MS = 10_000;
const PING_WAITING_MS = 5_000;
const asked = new URLSearchParams(location.search);
const host = asked.get("host") ?? location.origin;
const site = asked.get("site") ?? "";

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null; // cookies and storage are forbidden: the conversation lasts as long as the page
  }
}

const tell = (message: object) => parent.postMessage({ cc: message }, host);

async function begin(): Promise<void> {
  speak(asked.get("lang") || navigator.language);
  const answer = await fetch(`/public/v1/widget/${encodeURIComponent(site)}?lang=${normal(asked.get("lang") ?? "")}`);
  if (!answer.ok) return;
  const settings: Site & { colour: string } = await answer.json();
  document.documentElement.style.setProperty("--accent", settings.colour);
  document.documentElement.style.setProperty("--on-accent", textOn(settings.colour));
  run(settings);
}

function run(settings: Site): void {
  let open = false;
  let unread = 0;
  let newest = "";
  let view: View | null = null;
  const line = connect({
    connected: () => void chat.hello().catch(() => line.renew()),
    disconnected: () => chat.lost(),
    said(event, data) {
      if (event === "message") hear(data as Told);
      else if (event === "typing") view?.agentTypes((data as { agent: { name: string } }).agent.name);
      else if (event === "queue") chat.stand({ ...(data as Standing), state: "waiting", agent: null });
      else if (event === "agent_joined") chat.stand({ state: "talking", agent: (data as Standing).agent });
      else if (event === "closed") chat.stand({ state: "ended", agent: null });
      else if (event === "survey") chat.stand({ survey: (data as Standing).survey });
    },
  });
  const about = {
    site,
    page: asked.get("page") ?? document.referrer,
    language: normal(asked.get("lang") ?? navigator.language),
  };
  const chat = new Chat(line, about, () => changed(), storage());

  function hear(told: Told): void {
    chat.hear(told);
    if (told.message.from === "visitor") return;
    view?.agentStopped();
    tell({ event: "message", detail: { from: told.message.from } });
  }

  /** Read is what an open panel shows; everything else is counted on the button. */
  function seen(): void {
    const theirs = chat.messages.filter((message) => message.from !== "visitor");
    const last = theirs.at(-1)?.id ?? "";
    if (last === newest) return;
    if (open && document.visibilityState === "visible") {
      newest = last;
      unread = 0;
      if (chat.welcomed) line.ask("read", { message_id: last }).catch(() => undefined);
    } else unread = theirs.length - 1 - theirs.findIndex((message) => message.id === newest);
    tell({ unread });
  }

  function changed(): void {
    view?.draw();
    seen();
    if (chat.messages.length > 0 || chat.outbox.length > 0) tell({ talked: true });
  }

  view = new View(chat, settings, () => tell({ close: true }));
  Composer.typing = () => void line.ask("typing", { on: true }).catch(() => undefined);
  addEventListener("message", (event: MessageEvent) => {
    const said = event.data?.cc;
    if (event.source !== parent || event.origin !== host || !said) return;
    if (said.open !== undefined) {
      open = said.open;
      if (open) view?.focus();
      seen();
    }
    if (said.identify !== undefined) void chat.identify(said.identify);
    if (said.language) {
      speak(said.language);
      chat.language = normal(said.language);
      view?.draw();
    }
  });
  document.addEventListener("visibilitychange", () => {
    seen();
    if (document.visibilityState === "visible") void chat.ping();
  });
  const beat = () => {
    void chat.ping();
    setTimeout(beat, chat.standing.state === "waiting" ? PING_WAITING_MS : PING_MS);
  };
  setTimeout(beat, PING_WAITING_MS);
  if (parent === window) open = true;
  tell({ ready: true });
  document.body.setAttribute("aria-label", say("title"));
}

void begin();
