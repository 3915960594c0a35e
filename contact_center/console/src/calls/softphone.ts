// The telephone in the browser: what every kind of it can do, whoever carries the sound.
import type { Value } from "../store/value";

/** `lost`: the line ended and nobody here wished it. */
export type LineState = "idle" | "connecting" | "joined" | "lost";

export interface Softphone {
  readonly state: Value<LineState>;
  /** Whether it carries sound; one that does not says so on the screen. */
  readonly sound: boolean;
  /** Dials into the call; rejects when it cannot be reached. */
  join(ticket: string): Promise<void>;
  leave(): void;
}
