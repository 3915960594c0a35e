// How components read the store: by kind and id, drawn again only when that entity changes.
import { useCallback, useSyncExternalStore } from "react";
import { entities, type Kind } from "./entities";

export function useEntity<T>(kind: Kind, id: string | null | undefined): T | undefined {
  const key = id ?? "";
  const subscribe = useCallback((listener: () => void) => entities.subscribe(kind, key, listener), [kind, key]);
  return useSyncExternalStore(subscribe, () => entities.get<T>(kind, key));
}
