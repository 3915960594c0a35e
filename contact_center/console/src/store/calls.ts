// The calls that I am on. The window in which a call was accepted dials in; others show it, and may take it over when its line is lost.
import { api, Problem } from "../api";
import { LocalSoftphone } from "../calls/local";
import type { Softphone } from "../calls/softphone";
import type { CallTicket, CallView, Page } from "../types";
import { session } from "./session";
import { Value } from "./value";

export const calls = new Value<CallView[]>([]);
/** Which call this window's telephone is for. */
export const here = new Value<string | null>(null);
/** Why the last try to dial in failed; null: it did not. */
export const trouble = new Value<unknown>(null);
/** Set where this browser has no telephone for the provider. */
export const noTelephone = new Value(false);
export const phone: Softphone = new LocalSoftphone();

const me = () => session.get().user?.agent?.id;
export const myPart = (call: CallView) => call.parts.find((part) => part.agent_id === me());
const live = (call: CallView) =>
  call.state !== "ended" && myPart(call) !== undefined && myPart(call)?.status !== "wrapping";

export function putCall(call: CallView): void {
  const known = calls.get().find((each) => each.id === call.id);
  if (known && known.version >= call.version) return;
  const others = calls.get().filter((each) => each.id !== call.id);
  calls.set(live(call) ? [...others, call] : others);
  if (!live(call) && here.get() === call.id) {
    phone.leave();
    here.set(null);
  }
}

/** What the server says goes on is the truth: after a lost line, and when the console begins. */
export async function refreshCalls(): Promise<void> {
  const page = await api.get<Page<CallView>>("/calls/mine");
  const going = new Set(page.items.map((call) => call.id));
  for (const call of calls.get())
    if (!going.has(call.id)) putCall({ ...call, state: "ended", version: call.version + 1 });
  for (const call of page.items) putCall(call);
}

const TRIES = 4;
const AGAIN_MS = 1000;

/** A lost line is seen here before the provider tells the house of it: a place that is not free yet is asked for again. */
async function ticketFor(interaction: string): Promise<CallTicket> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await api.post<CallTicket>("/calls/join", { interaction_id: interaction });
    } catch (error) {
      if (left <= 1 || !(error instanceof Problem) || error.code !== "not_expected") throw error;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/** Dials into the call of this interaction: after accepting it here, or again when the line was lost. */
export async function joinCall(interaction: string): Promise<void> {
  trouble.set(null);
  try {
    const found = await ticketFor(interaction);
    noTelephone.set(found.softphone === "none");
    if (found.softphone === "none") return;
    here.set(found.call_id);
    await phone.join(found.ticket);
  } catch (error) {
    trouble.set(error);
  }
}

export async function hangUp(call: CallView): Promise<void> {
  await api.post("/calls/hang-up", { interaction_id: call.interaction_id });
  if (here.get() === call.id) phone.leave();
}
