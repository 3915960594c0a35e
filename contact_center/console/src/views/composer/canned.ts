// The pure part of canned replies: what was typed after the slash, which replies fit, what a text still lacks.
import { initials } from "../../pinyin";
import type { FilledReply } from "../../types";

/** Marks that the server puts around what it does not know of this conversation: `⟦ticket number⟧`. */
const MARK = /⟦[^⟦⟧]*⟧/;
const SLASH = /(^|[\s\u3000])\/([^\s/]{0,40})$/u;
const HASH = /(^|[\s\u3000])#([^\s#]{0,40})$/u;

export interface Marked {
  /** Where the mark stands. */
  at: number;
  query: string;
}

/** The slash word that ends at the caret, or null. */
export const slashAt = (text: string, caret: number) => markedAt(SLASH, text, caret);

/** The same for a word that begins with a hash. */
export const hashAt = (text: string, caret: number) => markedAt(HASH, text, caret);

function markedAt(mark: RegExp, text: string, caret: number): Marked | null {
  const found = mark.exec(text.slice(0, caret));
  if (!found) return null;
  const query = found[2] ?? "";
  return { at: caret - query.length - 1, query };
}

const folded = (text: string) => text.normalize("NFKC").toLowerCase();

/** Those whose shortcut begins so first, then those whose shortcut, name (also by its pinyin initials) or text holds it. */
export function fitting(all: FilledReply[], query: string): FilledReply[] {
  const wanted = folded(query.trim());
  if (wanted === "") return all;
  const begins = all.filter((each) => folded(each.shortcut).startsWith(wanted));
  const holds = all.filter(
    (each) =>
      !begins.includes(each) &&
      folded(`${each.shortcut} ${each.name} ${initials(each.name)} ${each.text}`).includes(wanted),
  );
  return [...begins, ...holds];
}

/** From where to where the first mark stands, or null when nothing is missing. */
export function firstMark(text: string): { from: number; to: number } | null {
  const found = MARK.exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : null;
}
