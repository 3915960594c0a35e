// The other forms: who are you (when the site asks), and a letter when nobody is here or one would rather not wait.
import type { Chat } from "./chat";
import { input, make } from "./dom";
import { type Key, say } from "./texts";
import type { Survey } from "./wire";

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export class PreChat {
  readonly element = make("form", { noValidate: true });
  private drawn = "";

  constructor(
    private readonly chat: Chat,
    private readonly ask: "nothing" | "name" | "email",
  ) {}

  draw(): void {
    const key = say("start");
    if (this.drawn === key) return;
    this.drawn = key;
    const [nameLabel, name] = input(say("name"), { autocomplete: "name", maxLength: 200, required: true });
    const [emailLabel, email] = input(say("email"), { type: "email", autocomplete: "email", maxLength: 254 });
    const wrong = make("p", { className: "wrong", hidden: true, textContent: say("invalid_email") });
    wrong.setAttribute("role", "alert");
    const go = make("button", { type: "submit", className: "main", textContent: say("start") });
    this.element.replaceChildren(nameLabel, ...(this.ask === "email" ? [emailLabel] : []), wrong, go);
    this.element.onsubmit = (event) => {
      event.preventDefault();
      const named = name.value.trim();
      wrong.hidden = this.ask !== "email" || ADDRESS.test(email.value.trim());
      if (!named) name.focus();
      else if (!wrong.hidden) email.focus();
      else void this.chat.introduce(named, email.value.trim());
    };
  }
}

export class Letter {
  readonly element = make("form", { noValidate: true });
  canStay = false;
  onStay: () => void = () => undefined;
  private readonly stay = make("button", { type: "button", className: "plain" });
  private drawn = "";

  constructor(
    private readonly chat: Chat,
    private readonly sent: () => void,
  ) {
    this.stay.onclick = () => this.onStay();
  }

  draw(): void {
    const key = say(this.canStay ? "later" : "away_title");
    this.stay.hidden = !this.canStay;
    if (this.drawn === key) return;
    this.drawn = key;
    const [nameLabel, name] = input(say("name"), {
      autocomplete: "name",
      maxLength: 200,
      value: this.chat.visitor.name,
    });
    const [emailLabel, email] = input(say("email"), {
      type: "email",
      autocomplete: "email",
      maxLength: 254,
      value: this.chat.visitor.email,
    });
    const text = make("textarea", { rows: 4, maxLength: 10_000, value: this.chat.draft });
    const wrong = make("p", { className: "wrong", hidden: true });
    wrong.setAttribute("role", "alert");
    this.stay.textContent = say("live");
    this.element.replaceChildren(
      make("h2", { textContent: key }),
      make("p", { textContent: say("away_text") }),
      nameLabel,
      emailLabel,
      make("label", { textContent: say("message") }, text),
      wrong,
      make("button", { type: "submit", className: "main", textContent: say("send") }),
      this.stay,
    );
    const fail = (message: string, field: HTMLElement) => {
      wrong.textContent = message;
      wrong.hidden = false;
      field.focus();
    };
    const clientId = crypto.randomUUID();
    this.element.onsubmit = async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      const address = email.value.trim();
      if (!ADDRESS.test(address)) return fail(say("invalid_email"), email);
      if (!text.value.trim()) return text.focus();
      const left = await this.chat.leave(text.value.trim(), address, name.value.trim(), clientId);
      if (!left) return fail(say("failed"), email);
      this.element.replaceChildren(make("p", { textContent: say("left", { email: address }) }));
      this.element.firstElementChild?.setAttribute("role", "status");
      this.sent();
    };
  }
}

/** How was it? One question, five answers, a few words if one likes; kept until the link ends, so it may be changed. */
export class Rating {
  readonly element = make("form", { noValidate: true, className: "rating" });
  private drawn = "";
  private skipped = "";
  private answered = "";

  constructor(private readonly changed: () => void) {}

  /** Whether it waits for an answer, which comes before anything else. */
  waits(survey: Survey | null | undefined): boolean {
    return !!survey && survey.score === null && ![this.skipped, this.answered].includes(survey.path);
  }

  /** False when there is nothing to ask (any more). */
  draw(survey: Survey | null | undefined): boolean {
    if (!survey || survey.path === this.skipped) return false;
    const key = survey.path + say("send");
    if (this.drawn === key) return true;
    this.drawn = key;
    const scores = [1, 2, 3, 4, 5].map((score) => {
      const box = make("input", { type: "radio", name: "score", value: `${score}`, checked: score === survey.score });
      return make("label", { title: say(`score_${score}` as Key) }, box, make("b", { textContent: `${score}` }));
    });
    const ends = make("p", { className: "ends" });
    ends.append(make("span", { textContent: say("score_1") }), make("span", { textContent: say("score_5") }));
    ends.setAttribute("aria-hidden", "true");
    const text = make("textarea", { rows: 2, maxLength: 2000, value: survey.comment });
    const note = make("p");
    note.setAttribute("role", "status");
    const comment = make("label", { textContent: say("comment"), hidden: true }, text);
    const send = make("button", { type: "submit", className: "main", textContent: say("send"), hidden: true });
    const skip = make("button", {
      type: "button",
      className: "plain",
      textContent: say("skip"),
      hidden: survey.score !== null,
    });
    const question = make("fieldset", {}, make("legend", { textContent: survey.question }), ...scores, ends);
    this.element.replaceChildren(question, comment, make("div", { className: "row" }, send, skip), note);
    for (const label of scores) {
      const box = label.firstElementChild as HTMLInputElement;
      box.setAttribute("aria-label", `${box.value}: ${label.title}`);
      box.onchange = () => {
        comment.hidden = send.hidden = false;
        note.textContent = "";
      };
    }
    skip.onclick = () => {
      this.skipped = survey.path;
      this.changed();
    };
    this.element.onsubmit = async (event) => {
      event.preventDefault();
      const score = new FormData(this.element).get("score");
      if (!score) return;
      const body = new URLSearchParams({ score: `${score}`, comment: text.value });
      const answer = await fetch(survey.path, { method: "POST", body }).catch(() => null);
      note.textContent = say(answer?.ok ? "rated" : answer?.status === 410 ? "rate_late" : "failed");
      if (!answer?.ok) return;
      comment.hidden = send.hidden = skip.hidden = true;
      this.answered = survey.path;
      this.changed();
    };
    return true;
  }
}

export class Transcript {
  readonly element = make("form", { noValidate: true });
  private drawn = "";

  constructor(private readonly chat: Chat) {}

  draw(): void {
    const key = say("transcript");
    if (this.drawn === key) return;
    this.drawn = key;
    const value = this.chat.visitor.email;
    const [label, email] = input(key, { type: "email", autocomplete: "email", maxLength: 254, value });
    const note = make("p");
    note.setAttribute("role", "status");
    this.element.replaceChildren(label, make("button", { type: "submit", textContent: say("send") }), note);
    this.element.onsubmit = async (event) => {
      event.preventDefault();
      const address = email.value.trim();
      if (!ADDRESS.test(address)) note.textContent = say("invalid_email");
      else if (await this.chat.transcript(address)) note.textContent = say("transcript_sent", { email: address });
      else note.textContent = say("failed");
      if (!ADDRESS.test(address)) email.focus();
    };
  }
}
