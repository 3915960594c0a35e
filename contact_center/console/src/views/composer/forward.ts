// Beginning to forward a mail: its text quoted below the caret, its files beside it, all of it editable before it goes.
import type { TFunction } from "i18next";
import { dateTime } from "../../format";
import { composeIn, readDraft, returnToDraft } from "../../store/drafts";
import type { Address, Message } from "../../types";
import { writeAddresses } from "./addresses";

/** The mail as it is quoted: who wrote it to whom and when, then its whole text. */
export function quoted(t: TFunction, language: string, message: Message, from: Address | undefined): string {
  const sender = from ? writeAddresses([from]) : (message.author.name ?? "");
  return [
    `---------- ${t("quote.head")} ----------`,
    t("quote.from", { from: sender }),
    t("quote.date", { date: dateTime(language, message.at) }),
    t("quote.subject", { subject: message.subject || t("thread.noSubject") }),
    t("quote.to", { to: writeAddresses(message.to) }),
    "",
    message.text,
  ].join("\n");
}

/** Nothing typed before is lost: what stood in a forward of another mail stays above. */
export function startForward(message: Message, quote: string): void {
  const { conversation_id: id } = message;
  const before = readDraft(id, "forward");
  if (before.forwards !== message.id) {
    const known = new Set(before.attachments.map((file) => file.id));
    returnToDraft(id, "forward", {
      text: `${before.text}\n\n${quote}`,
      forwards: message.id,
      attachments: [...before.attachments, ...message.attachments.filter((file) => !known.has(file.id))],
    });
  }
  composeIn.set({ conversation: id, mode: "forward" });
}
