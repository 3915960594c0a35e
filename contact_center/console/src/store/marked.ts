// Which rows of the worklist are marked for doing something with all of them. Another view or filter starts with none.
import { Value } from "./value";
import { worklist } from "./worklist";

export const marked = new Value<ReadonlySet<string>>(new Set());
let anchor: string | null = null;

export function clearMarks(): void {
  anchor = null;
  if (marked.get().size > 0) marked.set(new Set());
}

export function toggleMark(id: string): void {
  const next = new Set(marked.get());
  if (!next.delete(id)) next.add(id);
  anchor = id;
  marked.set(next);
}

/** Marks everything between the row marked last and this one, in the order drawn. */
export function markTo(id: string, drawn: string[]): void {
  const [from, to] = [anchor ? drawn.indexOf(anchor) : -1, drawn.indexOf(id)];
  if (from < 0 || to < 0) toggleMark(id);
  else marked.set(new Set([...marked.get(), ...drawn.slice(Math.min(from, to), Math.max(from, to) + 1)]));
}

let shown = "";
worklist.subscribe(() => {
  const { selection, ids, status } = worklist.get();
  const now = JSON.stringify(selection);
  if (now !== shown) clearMarks();
  shown = now;
  if (status !== "ready" || marked.get().size === 0) return;
  // What has left the list may not be done with by surprise.
  const listed = new Set(ids);
  const kept = [...marked.get()].filter((id) => listed.has(id));
  if (kept.length < marked.get().size) marked.set(new Set(kept));
});
