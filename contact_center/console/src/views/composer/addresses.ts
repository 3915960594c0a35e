// Addresses as people type them: "a@b.example, Ana <ana@c.example>"; Chinese commas and semicolons separate too.
import type { Address } from "../../types";

const ONE = /^(?:"?([^"<]*?)"?\s*<)?([^\s<>@]+@[^\s<>@]+?)>?$/;

export function parseAddresses(text: string): { good: Address[]; bad: string[] } {
  const good: Address[] = [];
  const bad: string[] = [];
  for (const part of text.split(/[,;，；\n]+/)) {
    const one = part.trim();
    if (one === "") continue;
    const found = ONE.exec(one);
    if (found?.[2]) good.push({ value: found[2], name: found[1]?.trim() ?? "" });
    else bad.push(one);
  }
  return { good, bad };
}

export function writeAddresses(all: Address[]): string {
  return all
    .map((each) => (each.name && each.name !== each.value ? `${each.name} <${each.value}>` : each.value))
    .join(", ");
}
