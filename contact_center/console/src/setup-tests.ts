// What jsdom lacks (Mantine and the virtual list need it), and the words of both languages.
import "@testing-library/jest-dom/vitest";
import "fake-indexeddb/auto";
import { vi } from "vitest";
import i18n, { startLanguage } from "./i18n";
import en from "./locale/en.json";
import zh from "./locale/zh-CN.json";

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= Observer as unknown as typeof ResizeObserver;
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addListener: () => undefined,
  removeListener: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  dispatchEvent: () => false,
})) as unknown as typeof window.matchMedia;
Object.defineProperty(document, "fonts", {
  value: { addEventListener: () => undefined, removeEventListener: () => undefined, ready: Promise.resolve() },
});
Element.prototype.scrollIntoView = () => undefined;

// In jsdom nothing has a height, so the virtual list would draw nothing: tests see every row.
vi.mock("./parts/useVirtual", () => ({
  useVirtual: (count: number, _scroller: unknown, size: (index: number) => number) => {
    let start = 0;
    const rows = Array.from({ length: count }, (_, index) => {
      const row = { index, start, size: size(index) };
      start += row.size;
      return row;
    });
    return { rows, total: start, show: () => undefined };
  },
}));

await startLanguage();
i18n.addResourceBundle("en", "translation", en);
i18n.addResourceBundle("zh-CN", "translation", zh);
await i18n.changeLanguage("en");
