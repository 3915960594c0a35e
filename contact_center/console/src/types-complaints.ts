// The JSON of complaints: as lines in the record and on offers, whole in their layer, and every step of one.
import type { CustomerRef, Id, Language, Ref, Time } from "./types";

export const SEVERITIES = ["minor", "serious", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const OUTCOMES = ["accepted", "exhausted"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type ComplaintState =
  | "recorded"
  | "acknowledged"
  | "assessed"
  | "remedy_proposed"
  | "remedy_approved"
  | "resolved"
  | "closed";

export type BothLanguages = Record<Language, string>;

export interface ComplaintLine {
  id: Id;
  number: number;
  category: { id: Id; name: BothLanguages };
  severity: Severity;
  state: ComplaintState;
  open: boolean;
  text: string;
  recorded_at: Time;
  conversation_id: Id;
  /** How many about the same came within the days before that count as a repeat. */
  repeats: number;
  version: number;
}

export interface Complaint extends ComplaintLine {
  customer: CustomerRef;
  ticket: { id: Id; number: number };
  channel: string;
  recorded_by: Ref | null;
  acknowledged_at: Time | null;
  resolved_at: Time | null;
  closed_at: Time | null;
  resolution: string;
  outcome: Outcome | null;
  reopened: number;
  earlier: number;
  can: Record<"change" | "acknowledge" | "resolve" | "close" | "reopen", boolean>;
}

export type ComplaintStep = ComplaintState | "reopened" | "corrected";

export interface ComplaintStepLine {
  id: Id;
  step: ComplaintStep;
  at: Time;
  by: Ref | null;
  state: ComplaintState | null;
  changes: { field: string; before: string | BothLanguages | null; after: string | BothLanguages | null }[];
}

export interface ComplaintCategory {
  id: Id;
  name: BothLanguages;
  active: boolean;
  position: number;
  version: number;
}
