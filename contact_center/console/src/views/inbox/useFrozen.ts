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

export function useFrozen(
  rows: ListRow[],
  key: string,
  frozen: boolean,
): { rows: ListRow[]; updates: number; release: () => void } {
  const held = useRef<{ key: string; rows: ListRow[] }>({ key, rows });
  const [, again] = useState(0);
  const keep = frozen && held.current.key === key && held.current.rows.length > 0;
  if (!keep) held.current = { key, rows };
  const release = useCallback(() => {
    held.current = { key: "", rows: [] };
    again((n) => n + 1);
  }, []);
  return { rows: held.current.rows, updates: keep ? differences(held.current.rows, rows) : 0, release };
}
