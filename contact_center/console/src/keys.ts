// Keyboard rules in one place. Single letters work only when no field has focus and can be switched off (WCAG 2.1.4);
// Alt+letter is matched by the physical key, because Option types characters on a Mac; nothing fires during composition.
import { useEffect, useRef } from "react";

type AnyKey = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing" | "keyCode"
>;

/** True while an input method is composing (also Safari's 229, which comes without the flag). */
export function composing(event: { isComposing?: boolean; keyCode?: number; nativeEvent?: KeyboardEvent }): boolean {
  const native = event.nativeEvent ?? event;
  return native.isComposing === true || native.keyCode === 229;
}

/** The name of a chord: "ctrl+Enter", "alt+a", "shift+e", "j", "?". */
export function chord(event: AnyKey): string {
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) return `alt+${event.code.slice(3).toLowerCase()}`;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = /^[a-z]$/.test(key);
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.shiftKey && (letter || key.length > 1)) parts.push("shift");
  return [...parts, key].join("+");
}

function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

const layerOpen = () => document.querySelector('[role="dialog"], [role="menu"]') !== null;
const single = (name: string) => !name.includes("+") || name.startsWith("shift+");

let lettersOn = true;
export function setLetters(on: boolean): void {
  lettersOn = on;
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

/** Binds chords while mounted. "g i" is a sequence of two within a second. */
export function useKeys(map: KeyMap, active = true): void {
  const current = useRef(map);
  current.current = map;
  useEffect(() => {
    if (!active) return;
    let first = "";
    let firstAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (composing(event) || event.defaultPrevented) return;
      const name = chord(event);
      if (single(name) && name !== "F6" && (inField(event.target) || !lettersOn || layerOpen())) return;
      const pair = performance.now() - firstAt < 1000 ? `${first} ${name}` : "";
      first = name;
      firstAt = performance.now();
      const run = current.current[pair] ?? current.current[name];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [active]);
}

/** F6 goes through the landmarks marked with data-region, in the order of the page. */
export function nextRegion(back: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (each) => each.offsetParent !== null,
  );
  if (regions.length === 0) return;
  const at = regions.findIndex((each) => each.contains(document.activeElement));
  const next = regions[(at + (back ? -1 : 1) + regions.length) % regions.length];
  const inside = next?.querySelector<HTMLElement>('[tabindex="0"], button:not([disabled]), a[href], input, textarea');
  (inside ?? next)?.focus();
}

export const isMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);
/** How a chord is written for people. */
export function keyNames(chordName: string): string[] {
  const names: Record<string, string> = isMac
    ? { ctrl: "⌘", alt: "⌥", shift: "⇧", Enter: "↵", Escape: "Esc" }
    : { ctrl: "Ctrl", alt: "Alt", shift: "Shift", Enter: "Enter", Escape: "Esc" };
  return chordName.split("+").map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** What a key in a composer means; the one place that decides it, for every channel. Never anything while composing. */
export function sendKey(
  event: AnyKey & { nativeEvent?: KeyboardEvent },
  enterSends: boolean,
): "send" | "resolve" | null {
  if (event.key !== "Enter" || composing(event)) return null;
  if (event.ctrlKey || event.metaKey) return event.shiftKey ? "resolve" : "send";
  return enterSends && !event.shiftKey && !event.altKey ? "send" : null;
}
