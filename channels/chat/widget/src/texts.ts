// What the panel says, in both languages; the one in use may change while it is open.
import en from "./locale/en.json";
import zh from "./locale/zh-CN.json";

export type Key = keyof typeof en;
export type Language = "en" | "zh-CN";

let language: Language = "en";

/** Any Chinese is Simplified Chinese, anything else English. */
export function normal(tag: string): Language {
  return tag.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function speak(tag: string): void {
  language = normal(tag);
  document.documentElement.lang = language;
}

export const spoken = (): Language => language;

export function say(key: Key, values: Record<string, string | number> = {}): string {
  const text = (language === "zh-CN" ? zh : en)[key];
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
