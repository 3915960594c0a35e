// The box and the catch-up against a line that loses answers, breaks and doubles: seeded, so that a failure can be seen again.
import { Chat } from "./chat";
import en from "./locale/en.json";
import zh from "./locale/zh-CN.json";
import type { Line, Message, Refused } from "./wire";

/** Mulberry32: a small seeded source of chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** A house that stores once, over a line that may lose the question, the answer, or the news. */
class House implements Line {
  connected = true;
  stored: Message[] = [];
  trouble = 0;
  tell: (message: Message) => void = () => undefined;

  constructor(private readonly random: () => number) {}

  renew(): void {
    this.connected = true;
  }

  private broken(): boolean {
    return this.random() < this.trouble;
  }

  add(from: "visitor" | "agent", text: string, clientId: string | null = null): Message {
    const known = this.stored.find((each) => clientId !== null && each.client_message_id === clientId);
    if (known) return known;
    const number = this.stored.length + 1;
    const at = `2026-11-23T00:00:00.${String(number).padStart(6, "0")}Z`;
    const message: Message = { id: `m${number}`, client_message_id: clientId, from, author: "", text, at, files: [] };
    this.stored.push(message);
    if (!this.broken()) this.tell(message);
    return message;
  }

  async ask<T>(event: string, data: object = {}): Promise<T | Refused> {
    await Promise.resolve();
    if (this.broken()) throw new Error("the question was lost");
    const answer = this.answer(event, data as Record<string, string>);
    if (this.broken()) throw new Error("the answer was lost");
    return answer as T;
  }

  private answer(event: string, data: Record<string, string>): object {
    const standing = { ok: true, state: "talking", version: this.stored.length, agent: null, staffed: true };
    if (event === "message") {
      const message = this.add("visitor", data.text ?? "", data.client_message_id ?? null);
      return { ok: true, message, conversation: "c" };
    }
    if (event === "ping") return standing;
    const after = this.stored.findIndex((each) => each.id === data.after);
    const messages = after < 0 ? this.stored : this.stored.slice(Math.max(0, after - 2));
    return {
      ...standing,
      token: "t",
      conversation: "c",
      messages,
      more: false,
      whole: after < 0,
      visitor: {},
      blocked: false,
    };
  }
}

const about = { site: "shop", page: "", language: "en" };
const texts = (chat: Chat) => chat.messages.map((message) => message.text);

async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe("a chat over a bad line", () => {
  for (let seed = 1; seed <= 40; seed += 1)
    it(`shows every message once and in order, whatever is lost (seed ${seed})`, async () => {
      const random = chance(seed);
      const house = new House(random);
      localStorage.clear();
      let chat = new Chat(house, about, () => undefined, localStorage);
      house.tell = (message) => chat.hear({ message, conversation_version: 0 });
      await chat.hello();
      house.trouble = 0.3;
      for (let number = 1; number <= 30; number += 1) {
        const dice = random();
        if (dice < 0.5) chat.write(`v ${number}`);
        else house.add("agent", `a ${number}`);
        if (dice > 0.93) {
          // The page is loaded anew: only what is in storage remains.
          chat = new Chat(house, about, () => undefined, localStorage);
          await chat.hello().catch(() => undefined);
        } else if (dice > 0.85) {
          chat.lost();
          await chat.hello().catch(() => undefined);
        }
        await chat.ping().catch(() => undefined);
        await rest();
      }
      house.trouble = 0;
      for (let turn = 0; turn < 5; turn += 1) {
        if (!chat.welcomed) await chat.hello();
        await chat.ping();
        await chat.flush();
        await rest();
      }
      expect(texts(chat)).toEqual(house.stored.map((message) => message.text));
      expect(chat.outbox).toEqual([]);
      const written = house.stored.filter((message) => message.from === "visitor").map((message) => message.text);
      expect(written).toEqual([...written].sort((one, other) => Number(one.slice(2)) - Number(other.slice(2))));
      expect(new Set(written).size).toBe(written.length);
    });
});

it("has every text in both languages, with the same places", () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((each) => each[1]).sort();
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) expect(places(zh[key as keyof typeof zh])).toEqual(places(text));
});
