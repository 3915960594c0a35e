// The mail that we begin ourselves: what it starts with, and what was written so far, kept in the browser until it is sent.
import type { Attachment } from "../types";
import { Value } from "./value";

export interface NewMail {
  account: string | null;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  text: string;
  attachments: Attachment[];
  /** The conversation of another channel that goes on by this mail. */
  continues: string | null;
  /** Its own id for the server: sent twice, it is begun once. */
  key: string;
}

/** The mail that is open in its layer, or null. */
export const newMail = new Value<NewMail | null>(null);
const place = (user: string) => `cc.newmail.${user}`;

const blank = (): NewMail => ({
  account: null,
  to: "",
  cc: "",
  bcc: "",
  subject: "",
  text: "",
  attachments: [],
  continues: null,
  key: crypto.randomUUID(),
});

export function keptMail(user: string): NewMail | null {
  try {
    const stored = localStorage.getItem(place(user));
    return stored ? { ...blank(), ...(JSON.parse(stored) as NewMail) } : null;
  } catch {
    return null;
  }
}

const worth = (mail: NewMail) => `${mail.text}${mail.subject}`.trim() !== "" || mail.attachments.length > 0;

/** Opens it with what is known; words kept from a mail that was not sent come back, whoever they were for. */
export function openMail(user: string, start: Partial<NewMail> = {}): void {
  const kept = keptMail(user);
  const mail = kept && worth(kept) ? kept : blank();
  const fresh = { ...mail, ...start };
  newMail.set({ ...fresh, subject: mail.subject || fresh.subject });
}

export function changeMail(user: string, change: Partial<NewMail>): void {
  newMail.update((now) => (now ? { ...now, ...change } : now));
  const now = newMail.get();
  try {
    if (now) localStorage.setItem(place(user), JSON.stringify(now));
  } catch {
    // A browser that keeps nothing only costs the copy; the mail stands in its layer.
  }
}

const sender = (user: string) => `cc.sender.${user}`;

/** The mailbox that this user wrote from last, on this machine. */
export function lastSender(user: string): string | null {
  try {
    return localStorage.getItem(sender(user));
  } catch {
    return null;
  }
}

export function rememberSender(user: string, account: string): void {
  try {
    localStorage.setItem(sender(user), account);
  } catch {
    // Then the first mailbox is proposed again.
  }
}

/** Sent or thrown away. */
export function forgetMail(user: string): void {
  newMail.set(null);
  try {
    localStorage.removeItem(place(user));
  } catch {
    // Nothing was kept then.
  }
}
