// Picking while one writes: a word that begins with a mark opens a list under the text, and what is taken stands in its place.
// Focus never leaves the text; the list is walked with the arrows and taken with Enter or Tab.
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useWalk, type Walk } from "../../parts/useWalk";
import { firstMark, type Marked } from "./canned";

export interface Host {
  conversation: string;
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  change: (next: string) => void;
}

/** Puts a text in place of what stands from `from` to `to`; what is missing in it is marked for typing over. */
export function put({ area, text, change }: Host, from: number, to: number, words: string): void {
  change(text.slice(0, from) + words + text.slice(to));
  const mark = firstMark(words);
  requestAnimationFrame(() => {
    area.current?.focus();
    area.current?.setSelectionRange(from + (mark?.from ?? words.length), from + (mark?.to ?? words.length));
  });
}

interface ListProps<T> {
  walk: Walk<T>;
  label: string;
  none: string;
  row: (one: T) => ReactNode;
  onTake: (one: T) => void;
}

export function PickList<T extends { id: string }>({ walk, label, none, row, onTake }: ListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the one that is walked to must be seen
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest" });
  }, [walk.active]);
  if (walk.found.length === 0) return <p className="canned-none">{none}</p>;
  return (
    <div className="canned-list" role="listbox" tabIndex={0} id={walk.listId} aria-label={label} ref={box}>
      {walk.found.map((one, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard where the focus is
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, which names the active option
        <div
          key={one.id}
          id={walk.optionId(index)}
          role="option"
          aria-selected={index === walk.active}
          className="canned-one"
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => walk.setActive(index)}
          onClick={() => onTake(one)}
        >
          {row(one)}
        </div>
      ))}
    </div>
  );
}

type At = (text: string, caret: number) => Marked | null;

/** The marked word at the caret: `query` is what is typed of it while its list may be `open`. */
export function useMark(host: Host, at: At) {
  const [caret, setCaret] = useState<number | null>(null);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const word = caret === null ? null : at(host.text, caret);
  const open = word !== null && word.at !== closedAt;
  return {
    word,
    caret,
    open,
    query: open ? word.query : "",
    close: () => setClosedAt(word?.at ?? null),
    left: () => setCaret(null),
    moved: (area: HTMLTextAreaElement) => {
      setCaret(area.selectionStart === area.selectionEnd ? area.selectionStart : null);
      if (!at(area.value, area.selectionStart)) setClosedAt(null);
    },
  };
}

interface Kind<T> {
  take: (from: number, to: number, one: T) => void;
  label: string;
  row: (one: T) => ReactNode;
}

/** The list under a marked word. Give `onKey` every key first, `moved` every move of the caret. */
export function usePicking<T extends { id: string }>(mark: ReturnType<typeof useMark>, found: T[], kind: Kind<T>) {
  const { word, caret, open, close, left, moved } = mark;
  const take = (one: T) => {
    if (!word || caret === null) return;
    kind.take(word.at, caret, one);
    left();
  };
  const walk = useWalk(found, take, close);
  const shown = open && found.length > 0;
  return {
    moved,
    left,
    onKey: (event: KeyboardEvent) => shown && walk.onKey(event),
    aria: shown ? { "aria-controls": walk.listId, "aria-activedescendant": walk.optionId(walk.active) } : {},
    list: shown ? (
      <div className="canned-pop">
        <PickList walk={walk} label={kind.label} none="" row={kind.row} onTake={take} />
      </div>
    ) : null,
  };
}
