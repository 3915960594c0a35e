// The timeline of each conversation: ids in order of time, messages themselves in the entity store. Pages of 50, older ones
// upward; events may arrive before the first page does and are merged with it. At most 30 threads are kept (least used go).
import { api } from "../api";
import type { Message, Page } from "../types";
import { entities } from "./entities";
import { Value } from "./value";

export interface Thread {
  ids: string[];
  older: string | null;
  loaded: boolean;
  failed: boolean;
}

const EMPTY: Thread = { ids: [], older: null, loaded: false, failed: false };
const KEPT = 30;
const LIMIT = 50;
const ANNOUNCED = 500;
const used: string[] = [];
let revision = 0;

/** The newest message of a customer that came in while this page was open. */
export const cameIn = new Value<Message | null>(null);
const announced = new Set<string>();

/** Tells once of what a customer wrote, whether its event brought it or a fetch that found it was missing. */
export function announce(message: Message): void {
  if (message.direction !== "in" || announced.has(message.id)) return;
  announced.add(message.id);
  if (announced.size > ANNOUNCED) announced.delete(announced.values().next().value as string);
  cameIn.set(message);
}

export function threadOf(id: string): Thread {
  return entities.get<Thread>("thread", id) ?? EMPTY;
}

function save(id: string, thread: Thread): void {
  revision += 1;
  entities.put("thread", id, revision, thread);
}

/** Puts a message where its time says; returns false when a newer version was known. */
export function keepMessage(message: Message): boolean {
  return entities.put("message", message.id, message.version, message);
}

function inOrder(ids: Iterable<string>): string[] {
  const at = (id: string) => entities.get<Message>("message", id)?.at ?? "";
  return [...new Set(ids)].sort((a, b) => (at(a) === at(b) ? (a < b ? -1 : 1) : at(a) < at(b) ? -1 : 1));
}

export function addMessage(message: Message): void {
  keepMessage(message);
  const thread = threadOf(message.conversation_id);
  if (!thread.loaded && thread.ids.length === 0 && !used.includes(message.conversation_id)) return;
  if (thread.ids.includes(message.id)) return;
  save(message.conversation_id, { ...thread, ids: inOrder([...thread.ids, message.id]) });
}

export function dropMessage(conversation: string, id: string): void {
  const thread = threadOf(conversation);
  save(conversation, { ...thread, ids: thread.ids.filter((each) => each !== id) });
  entities.remove("message", id);
}

function touch(id: string): void {
  const at = used.indexOf(id);
  if (at >= 0) used.splice(at, 1);
  used.push(id);
  while (used.length > KEPT) {
    const gone = used.shift() as string;
    for (const each of threadOf(gone).ids) entities.remove("message", each);
    entities.remove("thread", gone);
    entities.remove("panel", gone);
  }
}

/** Fetches the newest page and merges it. A gap (nothing in common with what was held) drops the old part. */
export async function loadNewest(id: string, signal?: AbortSignal): Promise<void> {
  touch(id);
  try {
    const page = await api.get<Page<Message>>(`/conversations/${id}/messages`, { query: { limit: LIMIT }, signal });
    for (const message of page.items) keepMessage(message);
    const fresh = page.items.map((message) => message.id);
    const before = threadOf(id);
    const from = entities.get<Message>("message", before.ids[0] ?? "")?.at ?? "";
    const first = page.items[0]?.at ?? "";
    const newer = before.ids.filter((each) => (entities.get<Message>("message", each)?.at ?? "") >= first);
    const joined = !before.loaded || page.next_cursor === null || before.ids.some((each) => fresh.includes(each));
    const ids = inOrder([...(joined ? before.ids : newer), ...fresh]);
    const older = before.loaded && joined ? before.older : page.next_cursor;
    save(id, { ids, older, loaded: true, failed: false });
    if (!before.loaded) return;
    for (const message of page.items) if (message.at > from && !before.ids.includes(message.id)) announce(message);
  } catch (error) {
    if (signal?.aborted) return;
    save(id, { ...threadOf(id), failed: true });
    throw error;
  }
}

export async function loadOlder(id: string): Promise<void> {
  const { older } = threadOf(id);
  if (!older) return;
  const query = { limit: LIMIT, cursor: older };
  const page = await api.get<Page<Message>>(`/conversations/${id}/messages`, { query });
  for (const message of page.items) keepMessage(message);
  const now = threadOf(id);
  save(id, { ...now, ids: inOrder([...page.items.map((each) => each.id), ...now.ids]), older: page.next_cursor });
}

/** The time of the newest message held, for finding a last event that was lost. */
export function newestAt(id: string): string {
  const last = threadOf(id).ids.at(-1);
  return last ? (entities.get<Message>("message", last)?.at ?? "") : "";
}
