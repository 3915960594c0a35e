// Words looked for in one conversation: where they are (the newest first), and at which place one stands.
import { api } from "../api";
import { entities } from "./entities";
import { loadOlder, threadOf } from "./threads";
import { Value } from "./value";

export interface Find {
  conversation: string;
  q: string;
  /** Message ids, the newest first. */
  found: string[];
  at: number;
  /** There are others, further up than are told. */
  more: boolean;
  state: "idle" | "asking" | "failed";
}

export const find = new Value<Find | null>(null);

export function openFind(conversation: string): void {
  if (find.get()?.conversation !== conversation)
    find.set({ conversation, q: "", found: [], at: 0, more: false, state: "idle" });
}

export const closeFind = () => find.set(null);

/** Fetches older pages until this message is there, or there are none. */
async function reach(conversation: string, message: string): Promise<void> {
  while (!threadOf(conversation).ids.includes(message) && threadOf(conversation).older) {
    const before = threadOf(conversation).older;
    await loadOlder(conversation);
    if (threadOf(conversation).older === before) return;
  }
}

export async function goTo(at: number): Promise<void> {
  const now = find.get();
  const wanted = now?.found[at];
  if (!now || !wanted) return;
  find.set({ ...now, at, state: "asking" });
  const failed = await reach(now.conversation, wanted).then(
    () => false,
    () => true,
  );
  find.update((later) =>
    later?.q === now.q && later.at === at ? { ...later, state: failed ? "failed" : "idle" } : later,
  );
}

/** Older with 1, newer with -1; round at both ends. */
export function step(by: 1 | -1): void {
  const now = find.get();
  if (now && now.found.length > 0) void goTo((now.at + by + now.found.length) % now.found.length);
}

interface Answer {
  items: { id: string }[];
  more: boolean;
}

export async function look(conversation: string, q: string, signal: AbortSignal): Promise<void> {
  const asked: Find = { conversation, q, found: [], at: 0, more: false, state: q === "" ? "idle" : "asking" };
  find.update((now) => (now?.conversation === conversation ? asked : now));
  if (q === "") return;
  const same = () => !signal.aborted && find.get()?.conversation === conversation;
  try {
    const answer = await api.get<Answer>(`/conversations/${conversation}/search`, { query: { q }, signal });
    if (!same()) return;
    find.set({ ...asked, found: answer.items.map((each) => each.id), more: answer.more, state: "idle" });
    await goTo(0);
  } catch {
    if (same()) find.set({ ...asked, state: "failed" });
  }
}

/** The message at which one stands, once it is there to be shown. */
export function standing(now: Find | null): string | null {
  const id = now?.state === "idle" ? now.found[now.at] : undefined;
  return id && entities.get("message", id) ? id : null;
}
