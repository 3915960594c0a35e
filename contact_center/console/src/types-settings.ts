// The JSON of settings: what administrators edit and what supervisors watch.
import type { ChannelName, Id, Language, Me, Ref, Time } from "./types";

export interface Queue {
  id: Id;
  name: string;
  description: string | null;
  language: string | null;
  position: number;
  enabled: boolean;
  priority: number;
  skills: { skill_id: Id; name: string; level: number; required: boolean }[];
  offer_seconds: Partial<Record<ChannelName, number>>;
  last_agent_seconds: number | Partial<Record<ChannelName, number>> | null;
  after_work: "none" | "optional" | "timed" | "forced";
  after_work_seconds: number | null;
  wrap_up_required: boolean;
  agent_ids: Id[];
  version: number;
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
