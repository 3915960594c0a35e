// The JSON of settings: what administrators edit and what supervisors watch.
import type { ChannelName, Id, Language, Me, Ref, Time } from "./types";

/** What a queue asks after a closure; `id` is the queue's, `version` 0 means that nobody ever set it. */
export interface SurveySettings {
  id: Id;
  queue: Ref;
  enabled: boolean;
  delay_seconds: number;
  question: Record<Language, string>;
  version: number;
}

export interface Queue {
  id: Id;
  name: string;
  description: string | null;
  language: string | null;
  position: number;
  enabled: boolean;
  priority: number;
  skills: { skill_id: Id; name: string; level: number; required: boolean }[];
  relax: RelaxStep[];
  order: "key" | "strict" | "deadline";
  head_start: number;
  choice: "automatic" | "longest_idle" | "most_skilled" | "level_order" | "least_loaded" | "pack" | "round_robin";
  delivery: "push" | "pull";
  reserve: number;
  /** So many agents are asked together; the first to accept has it. */
  offers_at_once: number;
  max_waiting: number | null;
  full_queue_id: Id | null;
  overflow: OverflowStep[];
  hours_id: Id | null;
  when_closed: "hold" | "serve" | "overflow";
  closed_queue_id: Id | null;
  opens_at: Time | null;
  boosts: Partial<Record<CustomerClass, number>>;
  answer_seconds: Partial<Record<ChannelName, number>>;
  stages: Stage[];
  warnings: ("no_agents" | "unserveable" | "nobody_at_first" | "never_opens")[];
  offer_seconds: Partial<Record<ChannelName, number>>;
  last_agent_seconds: number | Partial<Record<ChannelName, number>> | null;
  after_work: "none" | "optional" | "timed" | "forced";
  after_work_seconds: number | null;
  wrap_up_required: boolean;
  /** What is said by itself. */
  texts: Partial<Record<Said, Partial<Record<Language, string>>>>;
  agent_ids: Id[];
  version: number;
}

export type Said = "greeting" | "acknowledgement" | "out_of_hours";

export type CustomerClass = "vip" | "at_risk" | "complaint_open";

/** After so many seconds in line the level asked falls; null drops the requirement. */
export interface RelaxStep {
  after: number;
  skill_id: Id;
  level: number | null;
}

export interface OverflowStep {
  after: number;
  queue_id: Id;
  if_nobody: boolean;
}

/** From `after` seconds on: what is still required, and how many agents meet all of it. */
export interface Stage {
  after: number;
  needs: { skill_id: Id; level: number; agents: number }[];
  agents: number;
}

export interface Span {
  opens: string;
  closes: string;
}

export interface DayException {
  date: string;
  name: string;
  like: number | null;
  spans: Span[];
}

export interface BusinessHours {
  id: Id;
  name: string;
  time_zone: string;
  week: (Span & { day: number })[];
  exceptions: DayException[];
  open_now: boolean;
  changes_at: Time | null;
  queue_ids: Id[];
  version: number;
}

interface Rank {
  score: number;
  idle_since: Time | null;
  ordinal: number;
}

export interface Won {
  rule: string;
  text: string;
  key: Time | null;
  rank: Rank | null;
  steps_passed: number;
  rivals: { agent: Ref; rank: Rank | null }[];
}

export interface Explained {
  interaction_id: Id;
  state: string;
  queue: Ref | null;
  agent: Ref | null;
  waiting_since: Time | null;
  held_until: Time | null;
  due_at: Time | null;
  priority: number;
  why: { code: string; text: string } | null;
  overflow: { at: Time; queue: Ref } | null;
  estimate: { p50_s: number; p80_s: number } | null;
  live: {
    position: number | null;
    needs: { skill: Ref; level: number; agents: number; available: number }[];
    candidates: {
      agent: Ref;
      because: string;
      missing: { skill: Ref; level: number }[];
      until: Time | null;
    }[];
    steps_passed: number;
    next_step: { at: Time | null; skill: Ref; level: number | null } | null;
    kept_for: Ref | null;
    kept_until: Time | null;
  } | null;
  given: { agent: Ref; at: Time; ended_at: Time | null; reason: string | null; won: Won } | null;
  offers: { agent: Ref; text: string; won: Won; state: string; reason: string | null; offered_at: Time }[];
}

export interface QueueLive {
  queue: Ref;
  waiting: number;
  offered: number;
  in_progress: number;
  longest_wait_s: number | null;
  longest: { interaction_id: Id; queued_at: Time } | null;
  agents: { available: number; busy: number; away: number; signed_in: number; free: number };
  version: number;
}

/** How long a contact that comes now would wait in a queue; channels of which too little is known are left out. */
export interface QueueWaits {
  queue: Ref;
  channels: { channel: ChannelName; p50_s: number; p80_s: number }[];
}

export interface User {
  id: Id;
  email: string;
  name: string;
  language: Language;
  roles: Me["roles"];
  active: boolean;
  invited: boolean;
  last_seen_at: Time | null;
  agent_id: Id | null;
  version: number;
}

export interface Skill {
  id: Id;
  name: string;
  kind: "skill" | "language";
  version?: number;
}

export interface WrapUpCode {
  id: Id;
  name: Record<Language, string>;
  queue_ids: Id[];
  active: boolean;
  position: number;
  version?: number;
}

export interface ChannelAccount {
  id: Id;
  channel: ChannelName;
  name: string;
  address: string;
  language: Language | null;
  enabled: boolean;
  default_queue_id: Id | null;
  settings: {
    relay_url?: string | null;
    username?: string | null;
    password?: string;
    password_set?: boolean;
    signature?: string | null;
    origins?: string[];
    colour?: string | null;
    greeting?: Partial<Record<Language, string>>;
    ask?: string;
    mail_account_id?: Id | null;
    signing_secret_set?: boolean;
    account_sid?: string | null;
    auth_token_set?: boolean;
    messaging_service_sid?: string | null;
    longest_segments?: number;
  };
  status?: { last_inbound_at: Time | null; last_error: string | null };
  version: number;
}

export interface TriageRule {
  id: Id;
  name: string;
  position: number;
  enabled: boolean;
  when: {
    account_ids: Id[];
    languages: string[];
    keywords: string[];
    keyword_in: "subject" | "any";
    senders: string[];
  };
  then: { queue_id: Id; priority: number; skills: { skill_id: Id; level: number }[] };
  version: number;
}

export interface AuditRow {
  id: Id;
  at: Time;
  actor: Ref | null;
  action: string;
  object_type: string;
  object_id: Id | null;
  changes: Record<string, [unknown, unknown]>;
  ip: string | null;
}

export interface Parked {
  id: Id;
  channel: ChannelName;
  reason:
    | "no_header"
    | "no_sender"
    | "parse_too_slow"
    | "parse_ended"
    | "intake_failed"
    | "no_id"
    | "no_receiver"
    | "bad_signature"
    | "unknown_number";
  detail: string;
  received_at: Time;
  account: Ref | null;
  size: number;
  from: string | null;
  subject: string | null;
}

export interface ReasonSetting {
  id: Id;
  name: Record<Language, string>;
  position: number;
  active: boolean;
  version: number;
}

export interface Team {
  id: Id;
  name: string;
  queue_ids: Id[];
  user_ids: Id[];
  version: number;
}

/** An API token without its secret, which only the answer that made it carries. */
export interface ApiToken {
  id: Id;
  name: string;
  scopes: string[];
  owner: Ref;
  created_at: Time;
  expires_at: Time | null;
}

export interface CannedReply {
  id: Id;
  name: string;
  shortcut: string;
  texts: Partial<Record<Language, string>>;
  queue_ids: Id[];
  active: boolean;
  position: number;
  version: number;
}

/** A canned reply ready for one conversation; `missing` are the variables marked in its text. */
export interface FilledReply {
  id: Id;
  name: string;
  shortcut: string;
  language: Language;
  text: string;
  missing: string[];
}
