// Rows never move under the pointer: while the list is in use its order stands still, and the number of waiting changes is told.
import { useCallback, useRef, useState } from "react";
import type { ListRow } from "../../store/worklist";

const idOf = (row: ListRow) => (row.kind === "item" ? row.id : `#${row.group}`);

/** How many rows came, went or changed place. */
export function differences(before: ListRow[], after: ListRow[]): number {
  const old = before.filter((row) => row.kind === "item").map(idOf);
  const now = after.filter((row) => row.kind === "item").map(idOf);
  const places = new Map(old.map((id, index) => [id, index]));
  const moved = now.filter((id, index) => places.get(id) !== index).length;
  const gone = old.filter((id) => !now.includes(id)).length;
  return Math.max(moved, gone);
}

/** With what was fetched below meanwhile, which moves nothing under the pointer: the list can be scrolled on. */
export function extended(held: ListRow[], fresh: ListRow[]): ListRow[] {
  const known = new Set(held.map(idOf));
  const below = fresh.slice(fresh.findLastIndex((row) => known.has(idOf(row))) + 1);
  return below.length > 0 && below.length < fresh.length ? [...held, ...below] : held;
}

export function useFrozen(
  rows: ListRow[],
  key: string,
  frozen: boolean,
): { rows: ListRow[]; updates: number; release: () => void } {
  const held = useRef<{ key: string; rows: ListRow[] }>({ key, rows });
  const seen = useRef(rows);
  const [, again] = useState(0);
  const keep = frozen && held.current.key === key && held.current.rows.length > 0;
  if (!keep) held.current = { key, rows };
  else if (rows !== seen.current) held.current = { key, rows: extended(held.current.rows, rows) };
  seen.current = rows;
  const release = useCallback(() => {
    held.current = { key: "", rows: [] };
    again((n) => n + 1);
  }, []);
  return { rows: held.current.rows, updates: keep ? differences(held.current.rows, rows) : 0, release };
}
