// Short news at the edge of the screen: one line, spoken politely, gone by itself unless it is a problem.
import { Value } from "../store/value";

export interface Toast {
  id: number;
  text: string;
  tone: "ok" | "bad";
  action?: { label: string; run: () => void };
}

export const toasts = new Value<Toast[]>([]);
let last = 0;

export function closeToast(id: number): void {
  toasts.update((all) => all.filter((each) => each.id !== id));
}

export function toast(text: string, tone: Toast["tone"] = "ok", action?: Toast["action"]): void {
  last += 1;
  const id = last;
  toasts.update((all) => [...all.slice(-2), { id, text, tone, action }]);
  setTimeout(() => closeToast(id), tone === "bad" || action ? 10_000 : 4000);
}
