// Ties the socket to the store and to the queries: one Live per window, started after sign-in.
import { QueryClient } from "@tanstack/react-query";
import { api, Problem } from "./api";
import { Live, openSocket, type Refetch } from "./live";
import { putItem, queuesChanged, worklistChanged } from "./store/apply";
import { calls, refreshCalls } from "./store/calls";
import { adoptDraft, draftsOf, saveFailed } from "./store/drafts";
import { entities } from "./store/entities";
import { clearOffers, refreshOffers } from "./store/offers";
import { flushOutbox, openOutbox } from "./store/outbox";
import { putAgent, session } from "./store/session";
import { loadNewest, threadOf } from "./store/threads";
import type { AgentState, ConversationPanel, Me, Session } from "./types";

export const queries = new QueryClient({
  defaultOptions: {
    // The client repeats a GET by itself; news comes by socket, so focus is no reason to fetch.
    queries: { retry: false, staleTime: 30_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

/** Fetches the record panel of a conversation into the store. */
export async function loadPanel(id: string, signal?: AbortSignal): Promise<ConversationPanel> {
  const panel = await api.get<ConversationPanel>(`/conversations/${id}`, { signal });
  adoptDraft(id, "reply", panel.mine.draft.reply);
  adoptDraft(id, "note", panel.mine.draft.note);
  adoptDraft(id, "forward", panel.mine.draft.forward);
  putItem(panel.item);
  entities.put("panel", id, panel.version, panel);
  entities.put("customer", panel.customer.id, panel.customer.version, panel.customer);
  return panel;
}

async function myAgent(): Promise<void> {
  const me = await api.get<Me>("/me");
  if (me.agent) putAgent(me.agent);
}

/** A call whose end was not heard of would stand there for ever. */
const CALLS_MS = 15_000;

async function myCalls(): Promise<void> {
  if (session.get().user?.agent) await refreshCalls();
}

async function sessionOver(): Promise<boolean> {
  try {
    const found = await api.get<Session>("/session");
    if (found.user.agent) putAgent(found.user.agent);
    return false;
  } catch (error) {
    const over = error instanceof Problem && error.status === 401;
    if (over) session.update((now) => (now.state === "in" ? { ...now, state: "expired" } : now));
    return over;
  }
}

async function conversation(id: string): Promise<void> {
  await Promise.allSettled([loadPanel(id), threadOf(id).loaded ? loadNewest(id) : undefined]);
}

const refetch: Refetch = {
  conversation,
  offers: refreshOffers,
  agent: myAgent,
  worklist: () => worklistChanged.update((n) => n + 1),
  queues: () => queuesChanged.update((n) => n + 1),
  sessionOver,
  everything: () => {
    worklistChanged.update((n) => n + 1);
    queuesChanged.update((n) => n + 1);
    void Promise.allSettled([refreshOffers(), myAgent(), myCalls(), ...entities.ids("thread").map(conversation)]);
    void queries.invalidateQueries();
    flushOutbox();
    saveFailed();
  },
};

export const live = new Live(openSocket(), refetch, () => session.get().user?.agent?.id ?? null);

let lastState = live.line.get().state;
live.line.subscribe(() => {
  const { state } = live.line.get();
  if (state === "down" && lastState !== "down") clearOffers();
  lastState = state;
});

// Signed in again over an expired session: the server refused the line meanwhile, and it does not come back by itself.
let lastSession = session.get().state;
session.subscribe(() => {
  const { state } = session.get();
  if (state === "in" && lastSession === "expired") live.retry();
  lastSession = state;
});

/** Begins the work of a signed-in user; answers how to end it. */
export function begin(user: Me): () => void {
  draftsOf(user.id);
  live.start();
  void openOutbox(user.id);
  void myCalls().catch(() => undefined);
  const looking = setInterval(() => calls.get().length > 0 && void myCalls().catch(() => undefined), CALLS_MS);
  const online = () => live.retry();
  window.addEventListener("online", online);
  return () => {
    window.removeEventListener("online", online);
    clearInterval(looking);
    live.stop();
    clearOffers();
  };
}

export async function setPresence(state: string, reason: string | null, next?: boolean): Promise<void> {
  const now = session.get().user?.agent?.id;
  const known = now ? entities.get<AgentState>("agent", now) : undefined;
  const body =
    next && known
      ? { state: known.presence.chosen, reason: known.presence.reason, next: { state, reason } }
      : { state, reason };
  putAgent(await api.put<AgentState>("/agents/me/presence", body));
}
