// The JSON of the wallboard.
import type { ChannelName, Id, Ref, Time } from "./types";

export interface Longest {
  interaction_id: Id;
  queued_at: Time;
}

export const WALL_STATES = [
  "available",
  "offered",
  "busy",
  "wrapping_up",
  "not_responding",
  "away",
  "disconnected",
  "offline",
] as const;
export type WallState = (typeof WALL_STATES)[number];

export interface WallQueue {
  queue: Ref;
  waiting: number;
  offered: number;
  in_progress: number;
  longest: Longest | null;
  vips: { waiting: number; longest: Longest | null };
  /** What came today; `service_level` is 0 to 1. */
  today: { service_level: number | null; in_time: number; late: number; overdue: number; abandoned: number };
  estimated: { channel: ChannelName; p50_s: number; p80_s: number }[];
  agents: Record<WallState, number>;
}
