// The only place where an event becomes a change of the store. An event may come twice, late or out of order; the version decides.
import type {
  AgentState,
  CallView,
  Delivery,
  Message,
  Offer,
  QueueLive,
  Ref,
  Viewer,
  WithdrawReason,
  WorkItem,
} from "../types";
import { putCall } from "./calls";
import { entities } from "./entities";
import { ring, withdraw } from "./offers";
import { confirmed } from "./outbox";
import { session } from "./session";
import { addMessage, announce } from "./threads";
import { Value } from "./value";

export interface LiveEvent {
  name: string;
  data: { entity?: string; id: string; version: number } & Record<string, unknown>;
}

/** Grows when something happened that may change which rows any list holds; lists fetch again. */
export const worklistChanged = new Value(0);
/** The same, of work that is not mine: waiting for anybody, or in a colleague's hands. My own list does not change by it. */
export const waitingChanged = new Value(0);
export const othersChanged = new Value(0);
export const queuesChanged = new Value(0);
/** Conversations in which a colleague types now: id -> until (ms) and who. */
export const typing = new Value<Record<string, { user: Ref; until: number }>>({});
const TYPING_MS = 4000;

/** An item told to many carries nothing of the receiver's own: what I have read or drafted stays as it was. */
function merged(id: string, item: WorkItem): WorkItem {
  const mine = entities.get<WorkItem>("conversation", id);
  return {
    ...item,
    unread: item.unread ?? mine?.unread ?? 0,
    has_draft: item.has_draft ?? mine?.has_draft ?? false,
    viewers: item.viewers ?? mine?.viewers ?? [],
  };
}

export function putItem(item: WorkItem): void {
  entities.put("conversation", item.id, item.version, merged(item.id, item));
}

const agentOf = (id: string) => entities.get<WorkItem>("conversation", id)?.interaction?.agent?.id;

/** Tells the lists that a conversation moved: from these hands (if known) to those. */
function moved(before: string | undefined, now: string | undefined): void {
  const me = session.get().user?.agent?.id;
  const whose = [before, now].includes(me) ? worklistChanged : before && now ? othersChanged : waitingChanged;
  whose.update((n) => n + 1);
}

/** What was said in a colleague's conversation: a line here and there. */
function drifted(event: LiveEvent): void {
  for (const line of event.data.items as Pick<WorkItem, "id" | "version">[]) {
    const known = entities.get<WorkItem>("conversation", line.id);
    if (known && known.version < line.version)
      entities.put("conversation", line.id, line.version, { ...known, ...line });
  }
  othersChanged.update((n) => n + 1);
}

function delivered(event: LiveEvent): void {
  const { id, version, delivery } = event.data as LiveEvent["data"] & { delivery: Delivery };
  const known = entities.get<Message>("message", id);
  if (known) entities.put("message", id, version, { ...known, version, delivery });
}

function created(event: LiveEvent): void {
  const message = event.data.message as Message;
  if (!message) return;
  addMessage(message);
  announce(message);
  confirmed(message);
}

function typed(event: LiveEvent): void {
  const user = event.data.user as Ref | undefined;
  if (!user || user.id === session.get().user?.id) return;
  const until = Date.now() + TYPING_MS;
  typing.update((all) => ({ ...all, [event.data.id]: { user, until } }));
  setTimeout(
    () =>
      typing.update((all) => {
        if ((all[event.data.id]?.until ?? 0) > until) return all;
        const { [event.data.id]: _, ...rest } = all;
        return rest;
      }),
    TYPING_MS,
  );
}

function viewed(event: LiveEvent): void {
  const id = String(event.data.conversation_id ?? event.data.id);
  const viewers = event.data.viewers as Viewer[];
  entities.change<WorkItem>("conversation", id, (item) => ({ ...item, viewers }));
}

const handlers: Record<string, (event: LiveEvent) => void> = {
  "offer.made": (event) => event.data.offer && ring(event.data.offer as Offer),
  "offer.withdrawn": (event) =>
    withdraw(
      event.data.id,
      (event.data.reason as WithdrawReason) ?? "withdrawn",
      (event.data.by as Ref | null) ?? null,
    ),
  "conversation.updated": (event) => {
    const item = event.data.item as WorkItem | undefined;
    const before = agentOf(event.data.id);
    if (item) putItem({ ...item, version: event.data.version });
    moved(before, item?.interaction?.agent?.id);
  },
  "interaction.updated": (event) => {
    moved(agentOf(String(event.data.conversation_id)), (event.data.agent_id as string | null) ?? undefined);
    queuesChanged.update((n) => n + 1);
  },
  "worklist.updated": drifted,
  "message.created": created,
  "message.delivery": delivered,
  "presence.updated": (event) => {
    const state = event.data.state as AgentState | undefined;
    if (state) entities.put("agent", state.id, event.data.version, state);
  },
  "call.updated": (event) => putCall(event.data.call as CallView),
  "queue.updated": (event) => {
    const live = event.data.live as QueueLive | undefined;
    if (live) entities.put("queue", event.data.id, event.data.version, live);
    queuesChanged.update((n) => n + 1);
  },
  "customer.changed": (event) => {
    if (event.data.customer) entities.put("customer", event.data.id, event.data.version, event.data.customer);
  },
  typing: typed,
  viewers: viewed,
};

export const EVENTS = [...Object.keys(handlers), "notification"];

export function apply(event: LiveEvent): void {
  handlers[event.name]?.(event);
}
