// Walking a list while the focus stays in a text: arrows move, Enter or Tab takes, Escape closes; never while composing.
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { composing } from "../keys";

export interface Walk<T> {
  found: T[];
  active: number;
  listId: string;
  optionId: (index: number) => string;
  /** Give it every key first; true when the key was for the list. */
  onKey: (event: KeyboardEvent) => boolean;
  setActive: (index: number) => void;
}

export function useWalk<T extends { id: string }>(found: T[], onTake: (one: T) => void, onClose: () => void): Walk<T> {
  const listId = useId();
  const [place, setPlace] = useState(0);
  const active = Math.min(place, Math.max(found.length - 1, 0));
  const first = found[0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => setPlace(0), [first]);
  const onKey = (event: KeyboardEvent): boolean => {
    if (composing(event)) return false;
    const chosen = found[active];
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (event.key === "Escape") onClose();
    else if (event.key === "ArrowDown" && chosen) setPlace((active + 1) % found.length);
    else if (event.key === "ArrowUp" && chosen) setPlace((active - 1 + found.length) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen && plain) onTake(chosen);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { found, active, listId, optionId: (index) => `${listId}-${index}`, onKey, setActive: setPlace };
}
