// The JSON of surveys: what customers answered, and the report of it.
import type { CustomerRef, Id, Ref, Time } from "./types";

/** Rates are parts of 1; null where nobody was asked or answered. */
export interface CsatFigures {
  asked: number;
  answered: number;
  response_rate: number | null;
  csat: number | null;
  average: number | null;
}

export interface CsatReport {
  begins: Time;
  ends: Time;
  total: CsatFigures;
  queues: { queue: Ref; figures: CsatFigures }[];
  agents: { agent: Ref | null; figures: CsatFigures }[];
}

export interface SurveyResponse {
  id: Id;
  conversation_id: Id;
  customer: CustomerRef;
  queue: Ref;
  agent: Ref | null;
  score: number | null;
  comment: string;
  answered_at: Time | null;
}

/** The customer's newest answer to a survey: 1 (very unhappy) to 5 (very happy). */
export interface LastCsat {
  score: 1 | 2 | 3 | 4 | 5;
  comment: string;
  answered_at: Time;
}
