// What the visitor sees: one log, one line of state, one form at a time. Drawn again from the conversation whenever it changes.
import type { Chat, Pending } from "./chat";
import { Composer } from "./composer";
import { hold, make } from "./dom";
import { shown } from "./files";
import { Letter, PreChat, Rating, Transcript } from "./forms";
import { Help } from "./help";
import { say, spoken } from "./texts";
import type { Message } from "./wire";

export interface Site {
  name: string;
  greeting: string;
  ask: "nothing" | "name" | "email";
  mail: boolean;
}

const TYPING_MS = 5000;

export class View {
  private readonly title = make("h1");
  private readonly close = make("button", { type: "button", textContent: "×" });
  private readonly log = make("div", { id: "log", tabIndex: 0 });
  private readonly list = make("ol", { id: "list" });
  private readonly greeting = make("p", { className: "greeting" });
  private readonly earlier = make("button", { type: "button", className: "plain" });
  private readonly state = make("div", { id: "state" });
  private readonly foot = make("div");
  private readonly rows = new Map<string, HTMLLIElement>();
  private readonly composer: Composer;
  private readonly preChat: PreChat;
  private readonly letter: Letter;
  private readonly transcript: Transcript;
  private readonly rating = new Rating(() => this.draw());
  private readonly help = new Help(() => this.draw());
  private typing = "";
  private typingEnds = 0;
  private leaving = false;

  constructor(
    private readonly chat: Chat,
    private readonly site: Site,
    hide: () => void,
  ) {
    this.composer = new Composer(chat);
    this.preChat = new PreChat(chat, site.ask);
    this.letter = new Letter(chat, () => this.letterSent());
    this.transcript = new Transcript(chat);
    this.close.onclick = hide;
    this.earlier.onclick = () => void chat.earlier();
    this.log.setAttribute("role", "log");
    this.log.setAttribute("aria-live", "polite");
    this.state.setAttribute("role", "status");
    this.log.append(this.greeting, this.earlier, this.list);
    document.body.append(
      make("header", {}, this.title, this.close),
      this.log,
      this.help.reading,
      this.state,
      this.foot,
    );
    this.foot.addEventListener("input", (event) => {
      if (event.target instanceof HTMLTextAreaElement && this.begins) this.help.written(event.target.value);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) hide();
    });
    this.draw();
  }

  /** Nothing is said yet: whoever writes now may find the answer without waiting for us. */
  private get begins(): boolean {
    return this.chat.messages.length === 0 && this.chat.outbox.length === 0;
  }

  focus(): void {
    this.foot.querySelector<HTMLElement>("textarea, input:not([type=file]), button")?.focus();
  }

  /** An agent writes; forgotten when nothing comes of it. */
  agentTypes(name: string): void {
    this.typing = name;
    clearTimeout(this.typingEnds);
    this.typingEnds = window.setTimeout(() => this.agentStopped(), TYPING_MS);
    this.drawState();
  }

  agentStopped(): void {
    this.typing = "";
    this.drawState();
  }

  draw(): void {
    const { chat } = this;
    this.title.textContent = chat.standing.agent?.name ?? (this.site.name || say("title"));
    document.title = this.title.textContent;
    this.close.setAttribute("aria-label", say("close"));
    this.log.setAttribute("aria-label", say("conversation"));
    this.greeting.textContent = this.site.greeting;
    this.earlier.textContent = say("earlier");
    this.earlier.hidden = !chat.more;
    if (!this.begins) this.help.done();
    this.log.hidden = !this.help.reading.hidden;
    const atEnd = this.log.scrollTop + this.log.clientHeight > this.log.scrollHeight - 60;
    hold(this.list, [...chat.messages.map((each) => this.row(each)), ...chat.outbox.map((each) => this.pending(each))]);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
    this.drawState();
    this.drawFoot();
  }

  private row(message: Message): HTMLLIElement {
    const key = message.id;
    const known = this.rows.get(key);
    if (known) return known;
    const mine = message.from === "visitor";
    const row = make("li", { className: mine ? "me" : "them" });
    row.dataset.id = message.id;
    const text = make("div", { className: "text", textContent: message.text });
    text.append(...message.files.map((file) => shown(file, () => this.chat.token)));
    const time = new Date(message.at).toLocaleTimeString(spoken(), { hour: "2-digit", minute: "2-digit" });
    row.append(make("span", { className: "hidden", textContent: `${mine ? say("you") : message.author}: ` }), text);
    row.append(make("small", { textContent: mine ? time : [message.author, time].filter(Boolean).join(" · ") }));
    this.rows.set(key, row);
    return row;
  }

  private pending(pending: Pending): HTMLLIElement {
    const row = make("li", { className: pending.failed ? "me failed" : "me" });
    row.append(make("div", { className: "text", textContent: pending.text || pending.files[0]?.name || "" }));
    const note = make("small", { textContent: pending.failed ? `${say("failed")} ` : say("sending") });
    if (pending.failed) {
      const again = make("button", { type: "button", className: "plain", textContent: say("retry") });
      again.onclick = () => this.chat.retry(pending.client_message_id);
      note.append(again);
    }
    row.append(note);
    return row;
  }

  private drawState(): void {
    const { standing, welcomed, blocked } = this.chat;
    let text = "";
    if (blocked) text = say("blocked");
    else if (!welcomed) text = this.chat.messages.length + this.chat.outbox.length > 0 ? say("offline") : "";
    else if (this.typing) text = say("typing", { name: this.typing });
    else if (standing.state === "waiting") text = this.waiting();
    else if (standing.state === "talking" && standing.agent) text = say("agent_joined", standing.agent);
    else if (standing.state === "ended" && this.chat.messages.length > 0) text = say("ended");
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  private waiting(): string {
    const { queue_position: position, estimated_wait_s: soon, estimated_wait_up_to_s: late } = this.chat.standing;
    if (position === null) return say("waiting");
    if (soon === null || late === null) return say("position", { position });
    const [from, to] = [Math.max(1, Math.round(soon / 60)), Math.max(1, Math.ceil(late / 60))];
    const wait = from === to ? say("minutes", { count: from }) : say("between", { from, to });
    return `${say("position", { position })} (${wait})`;
  }

  private drawFoot(): void {
    const { chat, site } = this;
    const nobody = !chat.standing.staffed && chat.standing.state !== "talking";
    const asked =
      chat.messages.length > 0 || chat.outbox.length > 0 || chat.visitor.verified || chat.visitor.name !== "";
    let form: { element: HTMLElement; draw(): void } = this.composer;
    if (chat.welcomed && site.mail && (this.leaving || nobody)) form = this.letter;
    else if (site.ask !== "nothing" && !asked) form = this.preChat;
    this.letter.canStay = !nobody;
    this.letter.onStay = () => this.leave(false);
    this.composer.way = null;
    if (site.mail && chat.standing.state === "waiting")
      this.composer.way = { key: "later", go: () => this.leave(true) };
    if (chat.standing.state === "talking") this.composer.way = { key: "end", go: () => void chat.end() };
    const over = chat.welcomed && chat.standing.state === "ended" && chat.messages.length > 0;
    // An article needs the room that the other articles and a form of many fields take; what was written there stays.
    const reads = !this.help.reading.hidden;
    const forms: HTMLElement[] = reads && form !== this.composer ? [] : [form.element];
    if (!this.help.empty && form !== this.preChat && !reads) forms.unshift(this.help.element);
    this.help.draw();
    const { survey } = chat.standing;
    if (over && site.mail && form === this.composer && !this.rating.waits(survey))
      forms.unshift(this.transcript.element);
    if (over && this.rating.draw(survey)) forms.unshift(this.rating.element);
    hold(this.foot, chat.blocked ? [] : forms);
    form.draw();
    if (over && site.mail) this.transcript.draw();
  }

  private leave(on: boolean): void {
    this.leaving = on;
    this.draw();
    this.focus();
  }

  private letterSent(): void {
    this.leaving = false;
    this.draw();
  }
}
