// Settings lists, whole: a list that stopped at the first page would hide people and queues from every choice made of it.
import { useQueries, useQuery } from "@tanstack/react-query";
import { api } from "../../api";
import type { Page } from "../../types";

const PAGE = 200;

export async function allOf<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await api.get<Page<T>>(path, { query: { limit: PAGE, cursor }, signal });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return { items, next_cursor: null };
}

const whole = <T>(path: string) => ({
  queryKey: ["list", path],
  queryFn: ({ signal }: { signal: AbortSignal }) => allOf<T>(path, signal),
});

export function useList<T>(path: string) {
  return useQuery(whole<T>(path));
}

export function useLists<T>(paths: readonly string[]) {
  return useQueries({ queries: paths.map((path) => whole<T>(path)) });
}
