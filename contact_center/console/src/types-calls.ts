// The JSON of calls.
import type { Id, Time } from "./types";

export type CallState =
  | "new"
  | "ivr"
  | "waiting"
  | "offering"
  | "connecting"
  | "bridging"
  | "talking"
  | "held"
  | "consulting"
  | "recovering"
  | "callback_wait"
  | "callback_dialing"
  | "voicemail"
  | "ended";

export interface CallView {
  id: Id;
  interaction_id: Id;
  conversation_id: Id;
  /** Empty when it was withheld. */
  number: string;
  state: CallState;
  since: Time;
  talking_since: Time | null;
  recording: "off" | "on" | "paused";
  parts: { agent_id: Id; status: "connecting" | "active" | "wrapping"; joined: boolean }[];
  version: number;
}

/** A way into a call; `softphone` says which telephone of the browser can go it. */
export interface CallTicket {
  call_id: Id;
  softphone: "local" | "none";
  ticket: string;
  expires_at: Time;
}
