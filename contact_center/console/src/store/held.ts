// What was sent and can still be taken back: the server holds it until its time, here it waits for somebody to say Undo.
import { api } from "../api";
import type { Message, Mode } from "../types";
import { composeIn, readDraft, returnToDraft } from "./drafts";
import { session } from "./session";
import { keepMessage } from "./threads";
import { Value } from "./value";

export const UNDO_CHOICES = [0, 5, 10, 20] as const;
const USUAL = 10;

export const held = new Value<Message[]>([]);

/** For how many seconds this user wants to be able to take a mail back. */
export function undoSeconds(): number {
  const chosen = session.get().user?.preferences.undo_seconds;
  return typeof chosen === "number" ? chosen : USUAL;
}

export function hold(message: Message): void {
  if (message.delivery?.state !== "held" || !message.delivery.next_try_at) return;
  held.update((all) => [...all.filter((each) => each.id !== message.id), message]);
}

export function letGo(id: string): void {
  held.update((all) => all.filter((each) => each.id !== id));
}

export const modeOf = (message: Message): Mode => (message.forwards ? "forward" : "reply");

/** Stops it on the server, then puts it into the composer before anything that was written since. */
export async function takeBack(message: Message): Promise<void> {
  letGo(message.id);
  keepMessage(await api.post<Message>(`/messages/${message.id}/undo`));
  const mode = modeOf(message);
  const newer = readDraft(message.conversation_id, mode);
  returnToDraft(message.conversation_id, mode, {
    text: newer.text.trim() === "" ? message.text : `${message.text}\n\n${newer.text}`,
    to: message.to,
    cc: message.cc,
    bcc: message.bcc,
    forwards: message.forwards,
    attachments: [...message.attachments, ...newer.attachments],
  });
  composeIn.set({ conversation: message.conversation_id, mode });
}
