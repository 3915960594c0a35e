// What was sent but is not confirmed: kept in IndexedDB, so that a reload or a lost line loses nothing. Each carries its
// client_message_id; the server stores it once however often we send, so Retry cannot send twice.
import { createStore, del, entries, set, type UseStore } from "idb-keyval";
import { api, Problem } from "../api";
import type { Attachment, Message, OutgoingMessage } from "../types";
import { hold } from "./held";
import { addMessage } from "./threads";
import { Value } from "./value";

export interface Outgoing {
  conversation: string;
  owner: string;
  body: OutgoingMessage;
  attachments: Attachment[];
  at: string;
  state: "sending" | "waiting" | "failed";
  problem: string | null;
}

export const outbox = new Value<Outgoing[]>([]);
let owner = "";
let store: UseStore | null = null;

const shelf = () => {
  store ??= createStore("cc-outbox", "messages");
  return store;
};
const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);

function put(item: Outgoing): void {
  const id = item.body.client_message_id;
  outbox.update((all) =>
    [...all.filter((each) => each.body.client_message_id !== id), item].sort((a, b) => (a.at < b.at ? -1 : 1)),
  );
  quietly(set(id, item, shelf()));
}

function drop(id: string): void {
  outbox.update((all) => all.filter((each) => each.body.client_message_id !== id));
  quietly(del(id, shelf()));
}

/** A message came back by event or answer: its waiting copy goes. */
export function confirmed(message: Message): void {
  const id = message.client_message_id;
  if (id && outbox.get().some((each) => each.body.client_message_id === id)) drop(id);
}

async function attempt(item: Outgoing): Promise<void> {
  put({ ...item, state: "sending", problem: null });
  try {
    const path = `/conversations/${item.conversation}/messages`;
    // Its client_message_id makes it safe to repeat. A key beside it would be refused for minutes where a server died over it.
    const message = await api.post<Message>(path, item.body, { key: null });
    addMessage(message);
    hold(message);
    drop(item.body.client_message_id);
  } catch (error) {
    const problem = error instanceof Problem ? error : null;
    const later = problem?.offline || problem?.status === 401 || problem?.status === 503;
    put({ ...item, state: later ? "waiting" : "failed", problem: problem?.message ?? null });
  }
}

/** Lane per conversation: what was written first is sent first. */
const lanes = new Map<string, Promise<void>>();

export function send(
  conversation: string,
  body: OutgoingMessage,
  attachments: Attachment[],
  now: string,
): Promise<void> {
  const item: Outgoing = { conversation, owner, body, attachments, at: now, state: "sending", problem: null };
  put(item);
  return inLane(item);
}

const stateOf = (id: string) => outbox.get().find((each) => each.body.client_message_id === id)?.state;

/** Sends what was written before it and still waits, then the item; where one must go on waiting, all after it do too. */
async function inOrder(item: Outgoing): Promise<void> {
  const id = item.body.client_message_id;
  const earlier = outbox.get().slice(
    0,
    outbox.get().findIndex((each) => each.body.client_message_id === id),
  );
  for (const each of earlier) {
    if (each.conversation !== item.conversation || each.state !== "waiting") continue;
    await attempt(each);
    if (stateOf(each.body.client_message_id) === "waiting") return put({ ...item, state: "waiting" });
  }
  await attempt(item);
}

function inLane(item: Outgoing): Promise<void> {
  const before = lanes.get(item.conversation) ?? Promise.resolve();
  const work = before.then(() => (stateOf(item.body.client_message_id) ? inOrder(item) : undefined));
  lanes.set(item.conversation, work);
  return work;
}

export function retryOutgoing(id: string): Promise<void> {
  const item = outbox.get().find((each) => each.body.client_message_id === id);
  return item && item.state !== "sending" ? inLane(item) : Promise.resolve();
}

/** Takes it back unsent; answers what it was, so that the text can return to the composer. */
export function discardOutgoing(id: string): Outgoing | null {
  const item = outbox.get().find((each) => each.body.client_message_id === id) ?? null;
  drop(id);
  return item;
}

/** The line is back: what waited goes out, in order. */
export function flushOutbox(): void {
  for (const item of outbox.get()) if (item.state === "waiting") void inLane(item);
}

/** Reads what an earlier page of the same user left behind, and sends it. */
export async function openOutbox(user: string): Promise<void> {
  owner = user;
  const found = await entries<string, Outgoing>(shelf()).catch(() => []);
  const mine = found.map(([, item]) => item).filter((item) => item.owner === user);
  const waiting = mine.map((item): Outgoing => (item.state === "failed" ? item : { ...item, state: "waiting" }));
  outbox.set(waiting.sort((a, b) => (a.at < b.at ? -1 : 1)));
  flushOutbox();
}
