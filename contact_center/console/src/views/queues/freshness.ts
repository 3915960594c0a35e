// How old the figures of the queues are, and when they may no longer be believed. Old figures that look live are the worst
// failure of this screen, so the age counts from the last answer that came, whatever the socket says of itself.

export type Freshness = "live" | "delayed" | "dead";

/** Well under DELAYED_S, so that a screen whose server answers never flickers. */
export const POLL_MS = 5000;
const DELAYED_S = 10;
const DEAD_S = 30;

/** Over ten seconds old is delayed, over thirty is not live; a lost line makes even young figures delayed. */
export function freshnessOf(ageSeconds: number, lineUp: boolean): Freshness {
  if (ageSeconds > DEAD_S) return "dead";
  return ageSeconds > DELAYED_S || !lineUp ? "delayed" : "live";
}
