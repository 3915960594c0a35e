// The box one writes in. Enter sends, Shift+Enter breaks the line; an Enter that ends a Chinese word does neither.
import type { Chat } from "./chat";
import { hold, make } from "./dom";
import { LARGEST, sized, upload } from "./files";
import { say } from "./texts";
import type { FileRef } from "./wire";

const TYPING_EVERY_MS = 2000;

export class Composer {
  readonly element = make("form");
  /** What one may do instead of writing: wait no longer, or end it. */
  way: { key: "later" | "end"; go: () => void } | null = null;
  /** Told now and then while somebody writes. */
  static typing: () => void = () => undefined;
  private readonly box = make("textarea", { rows: 1, maxLength: 10_000 });
  private readonly label = make("label", { className: "hidden" });
  private readonly send = make("button", { type: "submit", className: "main" });
  private readonly attach = make("button", { type: "button", className: "clip" });
  private readonly pick = make("input", { type: "file", multiple: true, hidden: true });
  private readonly later = make("button", { type: "button", className: "plain" });
  private readonly list = make("ul", { id: "files" });
  private readonly wrong = make("p", { className: "wrong", hidden: true });
  private files: FileRef[] = [];
  private told = 0;

  constructor(private readonly chat: Chat) {
    this.box.id = "text";
    this.label.htmlFor = "text";
    this.box.value = chat.draft;
    this.wrong.setAttribute("role", "alert");
    const row = make("div", { className: "row" }, this.label, this.box, this.attach, this.send);
    this.element.append(this.wrong, this.list, row, this.pick, this.later);
    this.element.onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    this.box.onkeydown = (event) => {
      // keyCode 229: Safari says that composing has ended one key too early.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    };
    this.box.oninput = () => this.typed();
    this.attach.onclick = () => this.pick.click();
    this.pick.onchange = () => void this.add([...(this.pick.files ?? [])]);
    this.later.onclick = () => this.way?.go();
  }

  draw(): void {
    this.label.textContent = this.box.placeholder = say("message");
    this.send.textContent = say("send");
    this.attach.setAttribute("aria-label", say("attach"));
    this.attach.hidden = !this.chat.token;
    this.later.hidden = this.way === null;
    if (this.way) this.later.textContent = say(this.way.key);
    this.list.hidden = this.files.length === 0;
    hold(
      this.list,
      this.files.map((file) => this.item(file)),
    );
  }

  private item(file: FileRef): HTMLLIElement {
    const remove = make("button", { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", say("remove", { name: file.name }));
    remove.onclick = () => {
      this.files = this.files.filter((each) => each !== file);
      this.draw();
      this.box.focus();
    };
    return make("li", { textContent: `${file.name} (${sized(file.size)}) ` }, remove);
  }

  private submit(): void {
    const text = this.box.value.trim();
    if (!text && this.files.length === 0) return;
    const files = this.files;
    this.files = [];
    this.box.value = "";
    this.grow();
    this.fail("");
    this.chat.write(text, files);
    this.box.focus();
  }

  private typed(): void {
    this.chat.draft = this.box.value;
    this.grow();
    if (Date.now() - this.told > TYPING_EVERY_MS) {
      this.told = Date.now();
      Composer.typing();
    }
  }

  private grow(): void {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
  }

  private async add(files: File[]): Promise<void> {
    this.pick.value = "";
    this.fail("");
    for (const file of files) {
      if (file.size > LARGEST) this.fail(say("file_large", { name: file.name, limit: sized(LARGEST) }));
      else {
        try {
          this.files.push(await upload(file, this.chat.token ?? ""));
        } catch {
          this.fail(say("file_failed", { name: file.name }));
        }
      }
      this.draw();
    }
  }

  private fail(text: string): void {
    this.wrong.textContent = text;
    this.wrong.hidden = !text;
  }
}
