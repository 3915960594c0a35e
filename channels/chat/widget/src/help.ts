// Before the first message is sent: articles that may answer what is being written, and one of them to read in the panel.
// What it cannot fetch it does not show: nobody came for articles.
import { hold, make } from "./dom";
import { say, spoken } from "./texts";
import type { Article, Found } from "./wire";

const PAUSE_MS = 500;
/** Fewer characters say nothing yet; a Chinese word is shorter. */
const LEAST = { "zh-CN": 3, en: 8 };

async function fetched<T>(path: string, query: Record<string, string>): Promise<T | null> {
  try {
    const answer = await fetch(`/public/v1/kb/${path}?${new URLSearchParams({ ...query, lang: spoken() })}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export class Help {
  /** The list above the box. */
  readonly element = make("nav");
  /** The article that is read, in place of the log. */
  readonly reading = make("article", { hidden: true, tabIndex: -1 });
  private readonly title = make("h2");
  private readonly list = make("ul");
  private found: Found[] = [];
  private asked = "";
  private pause = 0;

  constructor(private readonly changed: () => void) {
    this.element.append(this.title, this.list);
  }

  get empty(): boolean {
    return this.found.length === 0;
  }

  draw(): void {
    this.title.textContent = say("articles");
    this.element.setAttribute("aria-label", say("articles"));
  }

  /** Somebody writes this; asked for when they pause. */
  written(text: string): void {
    const wanted = text.trim();
    clearTimeout(this.pause);
    if (wanted === this.asked) return;
    this.pause = window.setTimeout(() => void this.look(wanted), PAUSE_MS);
  }

  /** The conversation has begun: nothing is suggested any more. */
  done(): void {
    clearTimeout(this.pause);
    this.found = [];
    this.close();
  }

  private async look(text: string): Promise<void> {
    this.asked = text;
    const found =
      text.length < LEAST[spoken()] ? { items: [] } : await fetched<{ items: Found[] }>("suggest", { q: text });
    if (this.asked !== text || !found) return;
    this.found = found.items;
    hold(
      this.list,
      this.found.map((one) => this.row(one)),
    );
    this.changed();
  }

  private row(one: Found): HTMLLIElement {
    const button = make("button", { type: "button", className: "plain", textContent: one.title, lang: one.language });
    button.onclick = () => void this.read(one, button);
    return make("li", {}, button);
  }

  private async read({ id }: Found, button: HTMLButtonElement): Promise<void> {
    const article = await fetched<Article>(`articles/${id}`, {});
    if (!article) return;
    const back = make("button", { type: "button", className: "plain", textContent: say("back") });
    back.onclick = () => {
      this.close();
      button.focus();
    };
    const text = make("div", { className: "said", textContent: article.text });
    this.reading.replaceChildren(back, make("h2", { textContent: article.title }), text);
    this.reading.lang = article.language;
    back.lang = spoken();
    this.reading.hidden = false;
    this.changed();
    this.reading.scrollTop = 0;
    this.reading.focus();
  }

  private close(): void {
    if (this.reading.hidden) return;
    this.reading.hidden = true;
    this.changed();
  }
}
