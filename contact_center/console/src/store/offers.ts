// The offers that ring: pending ones by order of arrival, and for four seconds those that went away, with the reason.
import { api, Problem } from "../api";
import type { AssignmentAnswer, DeclineReason, Offer, Page, Ref, WithdrawReason } from "../types";
import { joinCall } from "./calls";
import { learnServerTime } from "./clock";
import { Value } from "./value";

export interface Ringing {
  offer: Offer;
  state: "ringing" | "accepting" | "declining" | "gone";
  reason: WithdrawReason | null;
  by: Ref | null;
  problem: string | null;
}

const GONE_MS = 4000;
export const offers = new Value<Ringing[]>([]);
/** Offers that were here once: a late or repeated event does not ring again. */
const ended = new Set<string>();

function change(id: string, next: Partial<Ringing>): void {
  offers.update((all) => all.map((each) => (each.offer.id === id ? { ...each, ...next } : each)));
}

function remove(id: string): void {
  offers.update((all) => all.filter((each) => each.offer.id !== id));
}

export function ring(offer: Offer): void {
  learnServerTime(offer.server_now);
  if (ended.has(offer.id) || offers.get().some((each) => each.offer.id === offer.id)) return;
  const next: Ringing = { offer, state: "ringing", reason: null, by: null, problem: null };
  const byAge = (a: Ringing, b: Ringing) => (a.offer.offered_at < b.offer.offered_at ? -1 : 1);
  offers.update((all) => [...all, next].sort(byAge));
}

export function withdraw(id: string, reason: WithdrawReason, by: Ref | null): void {
  ended.add(id);
  const found = offers.get().find((each) => each.offer.id === id);
  if (!found) return;
  if (reason === "declined") {
    remove(id);
    return;
  }
  if (found.state === "gone") {
    // A fetch may find it gone before the event says why.
    if (found.reason === "withdrawn") change(id, { reason, by });
    return;
  }
  change(id, { state: "gone", reason, by });
  setTimeout(() => remove(id), GONE_MS);
}

/** What the server says is pending now is the truth: others go, new ones ring. */
export async function refreshOffers(): Promise<void> {
  const page = await api.get<Page<Offer>>("/offers");
  const pending = new Set(page.items.map((offer) => offer.id));
  for (const each of offers.get())
    if (each.state === "ringing" && !pending.has(each.offer.id)) withdraw(each.offer.id, "withdrawn", null);
  for (const offer of page.items) ring(offer);
}

export function pendingIds(): string[] {
  return offers.get().flatMap((each) => (each.state === "gone" ? [] : [each.offer.id]));
}

function goneBy(problem: Problem): { reason: WithdrawReason; by: Ref | null } {
  const state = problem.current?.state;
  const by = (problem.current?.by as Ref | null | undefined) ?? null;
  if (state === "expired") return { reason: "expired", by };
  if (state === "accepted") return { reason: "accepted_elsewhere", by };
  return { reason: "withdrawn", by };
}

function refused(id: string, error: unknown): void {
  if (error instanceof Problem && error.code === "offer_gone") {
    const { reason, by } = goneBy(error);
    withdraw(id, reason, by);
    return;
  }
  change(id, { state: "ringing", problem: error instanceof Problem ? error.message : "" });
}

/** Accepts; answers the conversation to open, or null when it was no longer there. */
export async function accept(id: string): Promise<string | null> {
  const found = offers.get().find((each) => each.offer.id === id);
  if (found?.state !== "ringing") return null;
  change(id, { state: "accepting", problem: null });
  try {
    const answer = await api.post<AssignmentAnswer>(`/offers/${id}/accept`);
    ended.add(id);
    remove(id);
    if (found.offer.channel === "voice") void joinCall(found.offer.interaction_id);
    return answer.assignment.conversation_id;
  } catch (error) {
    refused(id, error);
    return null;
  }
}

/** At once, or with one of the reasons that the server knows. */
export async function decline(id: string, reason?: DeclineReason): Promise<void> {
  const found = offers.get().find((each) => each.offer.id === id);
  if (found?.state !== "ringing") return;
  change(id, { state: "declining", problem: null });
  try {
    await api.post(`/offers/${id}/decline`, reason ? { reason } : {});
    ended.add(id);
    remove(id);
  } catch (error) {
    refused(id, error);
  }
}

/** Offline: the cards go, the server decides. */
export function clearOffers(): void {
  offers.set([]);
}
