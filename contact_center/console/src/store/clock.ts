// One tick a second for every timer on the screen, in the server's time. Nothing else may start an interval to show time.
import { useSyncExternalStore } from "react";

let offset = 0;
let shown = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

/** Milliseconds now, by the server's clock. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** Learns the server's clock from an answer; half the way there is not known, so differences under 200 ms are left alone. */
export function learnServerTime(at: string): void {
  const found = new Date(at).getTime() - Date.now();
  if (!Number.isNaN(found) && Math.abs(found - offset) > 200) offset = found;
}

function tick(): void {
  shown = serverNow();
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    shown = serverNow();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** The server's time in milliseconds, drawn again each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => shown);
}

/** The server's time to the minute: for lists, where seconds are not shown. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shown / 60_000) * 60_000);
}
