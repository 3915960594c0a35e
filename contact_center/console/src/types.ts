// The JSON of /api/v1 as the console reads it. Ids are strings (UUIDv7), times RFC 3339 in UTC.

import type { ComplaintLine } from "./types-complaints";
import type { LastCsat } from "./types-surveys";

export type Id = string;
export type Time = string;
export type Language = "en" | "zh-CN";
export type Theme = "system" | "light" | "dark";
export type ChannelName = "email" | "sms" | "whatsapp" | "chat" | "voice" | "api";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Ref {
  id: Id;
  name: string;
}

export interface CustomerRef extends Ref {
  vip: boolean;
  version: number;
}

export interface ProblemBody {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: { field: string; message: string }[];
  current?: Record<string, unknown>;
}

export type PresenceChoice = "available" | "away" | "offline";
export type DerivedPresence =
  | "available"
  | "busy"
  | "wrapping_up"
  | "away"
  | "not_responding"
  | "disconnected"
  | "offline";

export interface ChannelCapacity {
  channel: ChannelName;
  cap: number | null;
  used: number;
  units_each: number;
  exclusive: boolean;
  interruptible: boolean;
}

export interface AgentState {
  id: Id;
  user_id: Id;
  name: string;
  presence: {
    chosen: PresenceChoice;
    reason: string | null;
    next: { state: PresenceChoice; reason: string | null } | null;
    forced: "none" | "not_responding" | "disconnected";
    forced_until: Time | null;
    since: Time;
  };
  derived: DerivedPresence;
  capacity: { units: number; used: number; channels: ChannelCapacity[] };
  pick: "longest_waiting" | "level_order";
  skills: { skill_id: Id; name: string; level: number }[];
  queue_ids: Id[];
  version: number;
}

export interface Me {
  id: Id;
  email: string;
  name: string;
  language: Language;
  theme: Theme;
  roles: ("agent" | "supervisor" | "admin")[];
  permissions: Record<string, "own" | "queues" | "teams" | "all">;
  agent: AgentState | null;
  preferences: Record<string, unknown>;
  version: number;
}

export interface Session {
  csrf_token: string;
  user: Me;
}

export interface PresenceReason {
  id: Id;
  name: Record<Language, string>;
  position: number;
}

export interface Offer {
  id: Id;
  interaction_id: Id;
  conversation_id: Id;
  channel: ChannelName;
  subject: string;
  preview: string;
  customer: CustomerRef;
  queue: Ref;
  reason: { rule: string; text: string; skills: { name: string; level: number }[] };
  waited_s: number;
  queued_at: Time;
  offered_at: Time;
  expires_at: Time;
  offer_seconds: number;
  server_now: Time;
  version: number;
  complaints_open: number;
  /** The newest of them that are open. */
  complaints: ComplaintLine[];
}

export interface AssignmentAnswer {
  assignment: { id: Id; interaction_id: Id; conversation_id: Id; agent_id: Id; at: Time };
}

export const DECLINE_REASONS = ["busy", "not_my_topic", "language", "personal", "other"] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

export type WithdrawReason =
  | "expired"
  | "accepted_elsewhere"
  | "customer_left"
  | "withdrawn"
  | "declined"
  | "agent_gone";

export type Group = "now" | "today" | "waiting" | "done";
export type View = "mine" | "team" | "unassigned" | "snoozed" | "all";

export interface Viewer {
  user: Ref;
  doing: "viewing" | "reply" | "note";
}

export interface TicketBrief {
  id: Id;
  number: string | number;
  status: "new" | "open" | "waiting" | "solved" | "closed";
  waiting_for: null | "customer" | "third_party" | "until";
  waiting_until: Time | null;
  version: number;
}

export interface WorkItem {
  id: Id;
  version: number;
  customer: CustomerRef;
  channel: ChannelName;
  subject: string;
  preview: { direction: "in" | "out" | "note"; text: string; author: Ref | null } | null;
  last_message_at: Time | null;
  unread: number;
  group: Group;
  interaction: {
    id: Id;
    state: string;
    version: number;
    queue: Ref | null;
    agent: Ref | null;
    phase: null | "connecting" | "active" | "wrapping_up";
    queued_at: Time | null;
    priority: number;
  } | null;
  ticket: TicketBrief | null;
  next_due: { kind: "reply" | "resolve" | "snooze"; at: Time } | null;
  has_draft: boolean;
  failed_send: boolean;
  snoozed_until: Time | null;
  viewers: Viewer[];
}

export interface WorkPage extends Page<WorkItem> {
  counts: { now: number; today: number; waiting: number };
  channels: Partial<Record<ChannelName, number>>;
}

export interface Customer {
  id: Id;
  name: string;
  vip: boolean;
  at_risk: boolean;
  /** Asked first, in this order, as far as they are at work. */
  preferred_agent_ids: Id[];
  language: string | null;
  note: string | null;
  company: string | null;
  time_zone: string | null;
  attributes: Record<string, unknown>;
  created_at: Time;
  version: number;
}

export interface Identity {
  id: Id;
  kind: string;
  value: string;
  verified: boolean;
}

export interface Address {
  value: string;
  name: string | null;
}

export interface Attachment {
  id: Id;
  name: string;
  media_type: string;
  size: number;
  inline?: boolean;
  url: string;
}

export type Mode = "reply" | "note" | "forward";

export interface Draft {
  mode: Mode;
  text: string;
  html: string | null;
  to: Address[] | null;
  cc: Address[] | null;
  bcc: Address[] | null;
  forwards: Id | null;
  attachments: Attachment[];
  saved_at: Time;
}

export type Can = Record<
  "reply" | "note" | "wait" | "resolve" | "transfer" | "requeue" | "take" | "assign" | "wrap_up" | "close",
  boolean
>;

export interface ConversationPanel {
  item: WorkItem;
  customer: Customer;
  identities: Identity[];
  participants: { identity_id: Id; address: string; kind: string; name: string | null; role: string }[];
  tickets: (TicketBrief & { subject: string; opened_at: Time })[];
  complaints: ComplaintLine[];
  history: {
    id: Id;
    conversation_id: Id;
    channel: ChannelName;
    subject: string;
    opened_at: Time;
    closed_at: Time | null;
    state: string;
  }[];
  csat: LastCsat | null;
  mine: { draft: Record<Mode, Draft | null>; can: Can };
  reply_to: { to: Address[]; cc: Address[]; from: Address; subject: string } | null;
  version: number;
}

export type DeliveryState =
  | "held"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "failed_permanently"
  | "bounced"
  | "unknown"
  | "cancelled";

/** Why something did not go out; the catalogue has a sentence for each. */
export type SendReason =
  | "not_signed_in"
  | "consent_withdrawn"
  | "text_too_long"
  | "undelivered"
  | "bad_settings"
  | "unsealable"
  | "no_relay"
  | "no_channel"
  | "no_user"
  | "nobody_addressed"
  | "not_an_address"
  | "not_composed"
  | "unreachable"
  | "sign_in_refused"
  | "sender_refused"
  | "no_smtputf8"
  | "refused"
  | "some_refused"
  | "connection_lost"
  | "no_answer"
  | "process_ended"
  | "not_tried"
  | "internal_error"
  | "bounced";

export interface Delivery {
  state: DeliveryState;
  attempt: number;
  reason: SendReason | null;
  /** The peer's own words. */
  detail: string;
  at: Time;
  next_try_at: Time | null;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  interaction_id: Id | null;
  version: number;
  kind: "message" | "note" | "event";
  direction: "in" | "out" | null;
  author: { kind: "customer" | "agent" | "system"; id: Id | null; name: string | null };
  at: Time;
  subject: string | null;
  text: string;
  visible_text: string | null;
  html: boolean;
  /** As the mail says; ours have none. */
  sender: Address | null;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  attachments: Attachment[];
  client_message_id: string | null;
  /** The message that this one passes on to somebody else. */
  forwards: Id | null;
  delivery: Delivery | null;
  event: null | { code: string; params: Record<string, unknown> };
}

export type Then = "wait" | "resolve" | "stay";

export interface OutgoingMessage {
  kind: Mode;
  text: string;
  attachment_ids?: Id[];
  to?: Address[];
  cc?: Address[];
  bcc?: Address[];
  forwards?: Id;
  undo_seconds?: number;
  client_message_id: string;
  then: Then;
}

export interface Interaction {
  id: Id;
  version: number;
  state: string;
  direction: "in" | "out";
  channel: ChannelName;
  subject: string;
  queue: Ref | null;
  agent: Ref | null;
  customer_id: Id | null;
  conversation_id: Id;
  ticket_id: Id | null;
  priority: number;
  result: string | null;
  created_at: Time;
  queued_at: Time | null;
  closed_at: Time | null;
}

export * from "./types-articles";
export * from "./types-calls";
export * from "./types-complaints";
export * from "./types-settings";
export * from "./types-surveys";
export * from "./types-wall";
