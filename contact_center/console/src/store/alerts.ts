// How the user wants to be called: kept with the user, so it is the same on every machine.
import type { Me } from "../types";
import { changeMe, session } from "./session";

export interface Alerts {
  /** 0 to 1. */
  volume: number;
  /** Ring for offers. */
  offers: boolean;
  /** A note for messages of one's own customers. */
  messages: boolean;
  /** Notifications of the system. */
  desktop: boolean;
  /** Nothing at all. */
  quiet: boolean;
  /** Was asked about notifications, and said "not now". */
  asked: boolean;
}

const USUAL: Alerts = { volume: 0.2, offers: true, messages: true, desktop: true, quiet: false, asked: false };

export function alertsOf(user: Me | null): Alerts {
  const { alerts, volume } = user?.preferences ?? {};
  const before = typeof volume === "number" ? { volume } : {};
  return { ...USUAL, ...before, ...(alerts as Partial<Alerts> | undefined) };
}

export function changeAlerts(change: Partial<Alerts>): Promise<void> {
  const { user } = session.get();
  return changeMe({ preferences: { ...user?.preferences, alerts: { ...alertsOf(user), ...change } } });
}
