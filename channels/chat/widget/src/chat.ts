// The conversation as this tab knows it. Messages are kept by id and drawn by (time, id); what is written waits in a box that
// outlives the page, goes out one by one in order, and leaves it only when the house has acknowledged or echoed it.
import type { FileRef, Line, Message, Refused, Standing, Stored, Told, Welcome } from "./wire";

export interface Pending {
  client_message_id: string;
  text: string;
  files: FileRef[];
  failed: string | null;
}

interface Kept {
  token: string | null;
  outbox: Pending[];
  draft: string;
}

const LATER = new Set(["unavailable", "internal", "too_many", "say_hello", "gone"]);
const NOTHING: Standing = {
  state: "none",
  version: 0,
  agent: null,
  staffed: true,
  queue_position: null,
  estimated_wait_s: null,
  estimated_wait_up_to_s: null,
};

export class Chat {
  messages: Message[] = [];
  standing: Standing = NOTHING;
  visitor = { name: "", email: "", verified: false };
  more = false;
  blocked = false;
  welcomed = false;
  refused: string | null = null;
  private early: Told[] = [];
  /** Up to this message nothing is missing: only a hello may say so, news alone may have left one out. */
  private anchor: string | null = null;
  private known = new Map<string, Message>();
  private conversation: string | null = null;
  private version = 0;
  private signed: string | null = null;
  private stated: { name: string; email: string } | null = null;
  private sending = false;
  private greeting: Promise<void> | null = null;
  private kept: Kept;
  language: string;

  constructor(
    private readonly line: Line,
    private readonly about: { site: string; page: string; language: string },
    private readonly changed: () => void,
    private readonly storage: Storage | null,
  ) {
    this.language = about.language;
    this.kept = this.read();
  }

  get outbox(): readonly Pending[] {
    return this.kept.outbox;
  }

  get token(): string | null {
    return this.kept.token;
  }

  get draft(): string {
    return this.kept.draft;
  }

  set draft(text: string) {
    this.kept.draft = text;
    this.save();
  }

  /** Say who we are and fetch what is missing; one at a time, however many ask. */
  hello(): Promise<void> {
    this.greeting ??= this.greet().finally(() => {
      this.greeting = null;
    });
    return this.greeting;
  }

  private async greet(): Promise<void> {
    const answer = await this.line.ask<Welcome>("hello", {
      site: this.about.site,
      token: this.kept.token,
      identity: this.signed ?? this.stated,
      page: this.about.page,
      lang: this.language,
      after_version: this.version,
      ...(this.anchor ? { after: this.anchor } : {}),
    });
    if (!answer.ok) {
      if (this.signed && answer.code.includes("sign")) this.signed = null;
      this.refused = answer.code;
      this.changed();
      return;
    }
    this.take(answer);
    this.add(this.early.splice(0).map((told) => told.message));
    void this.flush();
  }

  private take(answer: Welcome): void {
    if (answer.whole || answer.conversation !== this.conversation) {
      this.known.clear();
      this.anchor = null;
    }
    this.anchor = answer.messages.at(-1)?.id ?? this.anchor;
    this.conversation = answer.conversation;
    if (answer.whole) this.more = answer.more;
    this.visitor = answer.visitor;
    this.blocked = answer.blocked;
    this.refused = null;
    this.welcomed = true;
    this.kept.token = answer.token;
    this.version = answer.version;
    this.stand(answer);
    this.add(answer.messages);
  }

  /** A message came. Its version is not taken over: of two told at once one may be lost, and only a hello knows both. */
  hear(told: Told): void {
    if (this.greeting) this.early.push(told);
    else if (this.welcomed) this.add([told.message]);
  }

  /** The line is down: nothing goes out until the next hello. */
  lost(): void {
    this.welcomed = false;
    this.changed();
  }

  /** How it stands changed. */
  stand(news: Partial<Standing>): void {
    this.standing = { ...this.standing, ...news };
    this.changed();
  }

  private add(messages: Message[]): void {
    for (const message of messages) {
      this.known.set(message.id, message);
      if (message.client_message_id) this.drop(message.client_message_id);
    }
    const order = (one: Message, other: Message) =>
      one.at < other.at || (one.at === other.at && one.id < other.id) ? -1 : 1;
    this.messages = [...this.known.values()].sort(order);
    this.save();
    this.changed();
  }

  private drop(clientId: string): void {
    this.kept.outbox = this.kept.outbox.filter((each) => each.client_message_id !== clientId);
  }

  /** Put a message on its way. */
  write(text: string, files: FileRef[] = []): void {
    this.kept.outbox.push({ client_message_id: crypto.randomUUID(), text, files, failed: null });
    this.kept.draft = "";
    this.save();
    this.changed();
    void this.flush();
  }

  retry(clientId: string): void {
    for (const each of this.kept.outbox) if (each.client_message_id === clientId) each.failed = null;
    this.changed();
    if (this.line.connected) void this.flush();
    else this.line.renew();
  }

  /** Send what waits, one by one: the next leaves only when the one before it is stored. */
  async flush(): Promise<void> {
    if (this.sending || !this.welcomed) return;
    this.sending = true;
    try {
      for (let next = this.next(); next && this.line.connected; next = this.next()) {
        if (!(await this.deliver(next))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  private next(): Pending | undefined {
    return this.kept.outbox.find((each) => each.failed === null);
  }

  private async deliver(pending: Pending): Promise<boolean> {
    const body = {
      client_message_id: pending.client_message_id,
      text: pending.text,
      file_ids: pending.files.map((file) => file.id),
    };
    let answer: Stored | Refused;
    try {
      answer = await this.line.ask<Stored>("message", body);
    } catch {
      return false; // the line broke: the next hello sends it again, and the house stores it once
    }
    if (answer.ok) {
      this.conversation ??= answer.conversation;
      this.drop(pending.client_message_id);
      this.add([answer.message]);
      return true;
    }
    if (answer.code === "blocked") this.blocked = true;
    if (!LATER.has(answer.code)) {
      for (const each of this.kept.outbox)
        if (each.client_message_id === pending.client_message_id) each.failed = answer.code;
      this.save();
      this.changed();
      return true;
    }
    setTimeout(
      () => void (answer.code === "say_hello" ? this.hello() : this.flush()),
      (answer.retry_after ?? 1) * 1000,
    );
    return false;
  }

  /** Ask how it stands; another version than ours means that something was missed. */
  async ping(): Promise<void> {
    if (!this.line.connected || !this.welcomed) return;
    try {
      const answer = await this.line.ask<Standing & { ok: true }>("ping");
      if (!answer.ok) {
        if (answer.code === "say_hello" || answer.code === "gone") await this.hello();
        return;
      }
      this.stand(answer);
      if (answer.version !== this.version) await this.hello();
      else void this.flush();
    } catch {
      this.line.renew();
    }
  }

  async earlier(): Promise<void> {
    const first = this.messages[0];
    if (!first) return;
    const answer = await this.line.ask<{ ok: true; messages: Message[]; more: boolean }>("earlier", {
      before: first.id,
    });
    if (!answer.ok) return;
    this.more = answer.more;
    this.add(answer.messages);
  }

  /** A letter that is answered by mail; true when the house has it. */
  async leave(text: string, email: string, name: string, clientId: string): Promise<boolean> {
    try {
      const body = { client_message_id: clientId, text, email, name };
      const answer = await this.line.ask<{ ok: true }>("leave_message", body);
      if (answer.ok) this.draft = "";
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Asks for the conversation by mail; true when it is on its way. */
  async transcript(email: string): Promise<boolean> {
    try {
      return (await this.line.ask<{ ok: true }>("transcript", { email })).ok;
    } catch {
      return false;
    }
  }

  /** The visitor has finished. */
  async end(): Promise<void> {
    await this.line.ask("leave").catch(() => undefined);
    await this.ping();
  }

  /** What the visitor says of themselves before the first message. */
  async introduce(name: string, email: string): Promise<void> {
    this.stated = { name, email };
    await this.hello();
  }

  /** The site's word for who this is; null: nobody any more. */
  async identify(signed: string | null): Promise<void> {
    this.signed = signed;
    if (signed === null) this.forget();
    if (this.line.connected) await this.hello();
  }

  private forget(): void {
    this.kept = { token: null, outbox: [], draft: "" };
    this.known.clear();
    this.messages = [];
    this.conversation = null;
    this.anchor = null;
    this.version = 0;
    this.standing = NOTHING;
    this.stated = null;
    this.save();
    this.changed();
  }

  private read(): Kept {
    const nothing: Kept = { token: null, outbox: [], draft: "" };
    try {
      return { ...nothing, ...JSON.parse(this.storage?.getItem(this.place) ?? "{}") };
    } catch {
      return nothing;
    }
  }

  private save(): void {
    try {
      this.storage?.setItem(this.place, JSON.stringify(this.kept));
    } catch {
      // Full or forbidden: then a reload forgets, nothing else.
    }
  }

  private get place(): string {
    return `contact-center-chat:${this.about.site}`;
  }
}
