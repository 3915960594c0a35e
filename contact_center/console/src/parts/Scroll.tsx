// A table that may be wider than the screen: scrolls sideways, and can be scrolled by keyboard.
import type { ReactNode } from "react";

export function Scroll({ label, card, children }: { label: string; card?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={card ? "card scroll-x" : "scroll-x"} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
