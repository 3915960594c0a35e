// A text with the words marked that are being looked for in its conversation.
import { Fragment, useMemo, useSyncExternalStore } from "react";
import { find, standing } from "../store/find";

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** The text in turns: outside, inside, outside... */
export function parts(text: string, q: string): string[] {
  const words = q.trim().replace(SPECIAL, "\\$&").replace(/\s+/g, "\\s+");
  return words === "" ? [text] : text.split(new RegExp(`(${words})`, "giu"));
}

/** What is looked for, and whether one stands at this message. */
export function useLooked(message: string): { q: string; here: boolean } {
  const here = useSyncExternalStore(find.subscribe, () => standing(find.get()) === message);
  const q = useSyncExternalStore(find.subscribe, () => {
    const now = find.get();
    return now?.found.includes(message) ? now.q : "";
  });
  return { q, here };
}

export function Words({ text, q }: { text: string; q: string }) {
  const all = useMemo(() => parts(text, q), [text, q]);
  if (all.length === 1) return <>{text}</>;
  return (
    <>
      {all.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no identity but their place
        <Fragment key={index}>{index % 2 === 1 ? <mark>{each}</mark> : each}</Fragment>
      ))}
    </>
  );
}
