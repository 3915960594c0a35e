// Drafts, keyed by conversation AND mode, independent of any view: in the browser at once, on the server 800 ms after the
// last key. The local copy wins over the server's when it is newer, so nothing typed is ever lost.
import { api } from "../api";
import type { Address, Attachment, Draft, Mode } from "../types";
import { Value } from "./value";

export interface LocalDraft {
  text: string;
  to: Address[] | null;
  cc: Address[] | null;
  bcc: Address[] | null;
  /** The message to forward, in that mode. */
  forwards: string | null;
  attachments: Attachment[];
  /** Milliseconds; 0 means that nobody typed here. */
  at: number;
}

export type Saved = "clean" | "local" | "saved" | "failed";

const EMPTY: LocalDraft = { text: "", to: null, cc: null, bcc: null, forwards: null, attachments: [], at: 0 };
const DELAY_MS = 800;
const memory = new Map<string, LocalDraft>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const states = new Map<string, Value<Saved>>();
let owner = "";
/** Grows for a key when its draft was changed from outside the editor (another machine, undo, discard): editors start anew. */
export const changedOutside = new Value<Record<string, number>>({});

/** Asks the composer of a conversation, when it is on the screen, to go on in this mode. */
export const composeIn = new Value<{ conversation: string; mode: Mode } | null>(null);

function tellOutside(key: string): void {
  changedOutside.update((all) => ({ ...all, [key]: (all[key] ?? 0) + 1 }));
}

export const draftKey = (conversation: string, mode: Mode) => `${conversation}:${mode}`;
const place = (key: string) => `cc.draft.${owner}.${key}`;

export function draftsOf(user: string): void {
  if (user !== owner) memory.clear();
  owner = user;
}

export function savedState(key: string): Value<Saved> {
  const found = states.get(key) ?? new Value<Saved>("clean");
  states.set(key, found);
  return found;
}

export function readDraft(conversation: string, mode: Mode): LocalDraft {
  const key = draftKey(conversation, mode);
  const known = memory.get(key);
  if (known) return known;
  try {
    const stored = localStorage.getItem(place(key));
    if (stored) return { ...EMPTY, ...(JSON.parse(stored) as LocalDraft) };
  } catch {
    // A browser that keeps nothing (or something broken in it) only costs the copy, not the typing.
  }
  return EMPTY;
}

export const isEmpty = (draft: LocalDraft) => draft.text.trim() === "" && draft.attachments.length === 0;

function keep(key: string, draft: LocalDraft): void {
  memory.set(key, draft);
  try {
    localStorage.setItem(place(key), JSON.stringify(draft));
  } catch {
    // Full or forbidden: the server's copy follows in 800 ms.
  }
}

export function writeDraft(conversation: string, mode: Mode, change: Partial<LocalDraft>): void {
  const key = draftKey(conversation, mode);
  keep(key, { ...readDraft(conversation, mode), ...change, at: Date.now() });
  savedState(key).set("local");
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void saveNow(conversation, mode), DELAY_MS),
  );
}

/** Puts text back into the composer from elsewhere: an undone or discarded message. */
export function returnToDraft(conversation: string, mode: Mode, change: Partial<LocalDraft>): void {
  writeDraft(conversation, mode, change);
  tellOutside(draftKey(conversation, mode));
}

export async function saveNow(conversation: string, mode: Mode): Promise<void> {
  const key = draftKey(conversation, mode);
  clearTimeout(timers.get(key));
  timers.delete(key);
  const draft = readDraft(conversation, mode);
  try {
    if (isEmpty(draft)) await api.delete(`/conversations/${conversation}/draft`, { query: { mode } });
    else
      await api.put(`/conversations/${conversation}/draft`, {
        mode,
        text: draft.text,
        to: draft.to,
        cc: draft.cc,
        bcc: draft.bcc,
        forwards: draft.forwards,
        attachment_ids: draft.attachments.map((file) => file.id),
      });
    if (readDraft(conversation, mode).at === draft.at) savedState(key).set(isEmpty(draft) ? "clean" : "saved");
  } catch {
    savedState(key).set("failed");
  }
}

/** Saves again what could not be saved while the line was down. */
export function saveFailed(): void {
  for (const [key, state] of states) {
    if (state.get() !== "failed") continue;
    const at = key.lastIndexOf(":");
    void saveNow(key.slice(0, at), key.slice(at + 1) as Mode);
  }
}

/** Takes the server's copy when it is newer than ours (written on another machine). */
export function adoptDraft(conversation: string, mode: Mode, draft: Draft | null): boolean {
  if (!draft) return false;
  const local = readDraft(conversation, mode);
  const at = new Date(draft.saved_at).getTime();
  if (local.at >= at || timers.has(draftKey(conversation, mode))) return false;
  // Our own words as the server stored them a moment later: beginning the editor anew would take the caret from who is typing.
  const own = draft.text === local.text && draft.attachments.length === local.attachments.length;
  keep(draftKey(conversation, mode), {
    text: draft.text,
    to: draft.to?.length ? draft.to : null,
    cc: draft.cc?.length ? draft.cc : null,
    bcc: draft.bcc?.length ? draft.bcc : null,
    forwards: draft.forwards,
    attachments: draft.attachments,
    at,
  });
  savedState(draftKey(conversation, mode)).set("saved");
  if (!own) tellOutside(draftKey(conversation, mode));
  return !own;
}

/** Thrown away, here and on the server; the editor begins anew. */
export function dropDraft(conversation: string, mode: Mode): void {
  forgetDraft(conversation, mode);
  tellOutside(draftKey(conversation, mode));
  void saveNow(conversation, mode);
}

/** Sent: the server dropped its copy with the message, here we drop ours. */
export function forgetDraft(conversation: string, mode: Mode): void {
  const key = draftKey(conversation, mode);
  clearTimeout(timers.get(key));
  timers.delete(key);
  memory.set(key, { ...EMPTY, at: Date.now() });
  try {
    localStorage.removeItem(place(key));
  } catch {
    // Nothing was kept then.
  }
  savedState(key).set("clean");
  // There is nothing to forward any more: the composer leaves that mode.
  if (mode === "forward") tellOutside(key);
}
