// Which rows the list holds: ids in the server's order, fetched again when news may have moved them: at most every 400 ms, for news
// of colleagues' work every 3 s, and one's own list not at all for those.
// The rows themselves live in the entity store, so a change of one row draws one row.
import { api } from "../api";
import type { ChannelName, Group, View, WorkItem, WorkPage } from "../types";
import { othersChanged, putItem, waitingChanged, worklistChanged } from "./apply";
import { entities } from "./entities";
import { changeMe, session } from "./session";
import { Value } from "./value";

export type Sort = "newest" | "oldest";

export interface Selection {
  view: View;
  channel: ChannelName | null;
  q: string;
}

export interface ListState {
  selection: Selection;
  status: "loading" | "ready" | "failed";
  error: unknown;
  ids: string[];
  counts: { now: number; today: number; waiting: number };
  channels: Partial<Record<ChannelName, number>>;
  more: Place | null;
}

/** What is snoozed is in no group, and stands at the end of all. */
type Part = Group | "snoozed";

/** Where the next page begins. A list that does not fit on one page is fetched group by group, as it is drawn. */
export interface Place {
  group: Part | null;
  cursor: string | null;
}

export type ListRow = { kind: "head"; group: Group; count: number } | { kind: "item"; id: string; place: number };

const LIMIT = 100;
/** So many rows are fetched again when something moved; what was scrolled to below them changes by event. */
const FRESH = 200;
const SOON_MS = 400;
const LATER_MS = 3000;
const NOTHING = { now: 0, today: 0, waiting: 0 };
const ORDER: Group[] = ["now", "today", "waiting", "done"];

export const worklistSearch = new Value("");
/** What needs a reply now, for the badge: of my own work only. */
export const nowCount = new Value(0);
export const worklist = new Value<ListState>({
  selection: { view: "mine", channel: null, q: "" },
  status: "loading",
  error: null,
  ids: [],
  counts: NOTHING,
  channels: {},
  more: null,
});

let running: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let due = Number.POSITIVE_INFINITY;
let last = 0;

const same = (a: Selection, b: Selection) => a.view === b.view && a.channel === b.channel && a.q === b.q;

const savedSorts = () => (session.get().user?.preferences.sorts ?? {}) as Partial<Record<View, Sort>>;

/** How this user wants this view sorted; kept with the user, so it is the same on every machine. */
export const sortOf = (view: View): Sort => (savedSorts()[view] === "oldest" ? "oldest" : "newest");

/** Sorts the view that is shown from now on so, and begins again at its top. */
export async function sortWorklist(sort: Sort): Promise<void> {
  const { view } = worklist.get().selection;
  if (sort === sortOf(view)) return;
  const saved = changeMe({
    preferences: { ...session.get().user?.preferences, sorts: { ...savedSorts(), [view]: sort } },
  });
  worklist.update((now) => ({ ...now, status: "loading", ids: [], more: null, error: null }));
  await Promise.all([saved, refreshWorklist()]);
}

function fetchPage({ view, channel, q }: Selection, { group, cursor }: Place, signal?: AbortSignal): Promise<WorkPage> {
  const sort = sortOf(view) === "oldest" && !q ? "oldest" : null;
  return api.get<WorkPage>("/conversations", {
    query: { ...(group === "snoozed" ? { view: group } : { view, group }), channel, q, cursor, sort, limit: LIMIT },
    signal,
  });
}

/** The parts of a view in the order drawn; none where its rows are not grouped by the server. */
function partsOf({ view, q }: Selection): Part[] {
  if (q || view === "snoozed") return [];
  return view === "all" ? [...ORDER, "snoozed"] : ORDER.filter((group) => group !== "done");
}

function after(selection: Selection, { group }: Place, cursor: string | null): Place | null {
  if (cursor !== null) return { group, cursor };
  const parts = partsOf(selection);
  const next = group === null ? undefined : parts[parts.indexOf(group) + 1];
  return next ? { group: next, cursor: null } : null;
}

interface Fetched {
  page: WorkPage;
  more: Place | null;
}

async function fetchPages(selection: Selection, wanted: number, signal: AbortSignal): Promise<Fetched> {
  const first = await fetchPage(selection, { group: null, cursor: null }, signal);
  const [group] = partsOf(selection);
  const long = first.next_cursor !== null && group !== undefined;
  const items = long ? [] : [...first.items];
  let more = long ? { group, cursor: null } : after(selection, { group: null, cursor: null }, first.next_cursor);
  while (more && items.length < Math.max(wanted, long ? LIMIT : 0)) {
    const page: WorkPage = await fetchPage(selection, more, signal);
    items.push(...page.items);
    more = after(selection, more, page.next_cursor);
  }
  return { page: { ...first, items }, more };
}

/** The rows fetched again on top of those that were listed below them; null when nothing is known to be below. */
export function below(head: string[], before: string[]): string[] | null {
  const places = new Map(before.map((id, place) => [id, place]));
  const last = head.findLast((id) => places.has(id));
  if (last === undefined) return null;
  const fresh = new Set(head);
  return before.slice((places.get(last) ?? 0) + 1).filter((id) => !fresh.has(id));
}

function shown(selection: Selection, { page, more: next }: Fetched): void {
  for (const item of page.items) putItem(item);
  const head = page.items.map((item) => item.id);
  const { ids: before, more, selection: old } = worklist.get();
  const deep = next !== null && before.length > head.length && same(selection, old);
  const tail = deep ? below(head, before) : null;
  const ids = tail ? [...head, ...tail] : head;
  if (selection.view === "mine" && !selection.q && !selection.channel) nowCount.set(page.counts.now);
  worklist.set({
    selection,
    status: "ready",
    error: null,
    ids,
    counts: page.counts,
    channels: page.channels,
    more: tail && tail.length > 0 ? more : next,
  });
}

export async function refreshWorklist(): Promise<void> {
  running?.abort();
  const control = new AbortController();
  running = control;
  last = Date.now();
  const { selection, ids } = worklist.get();
  try {
    shown(selection, await fetchPages(selection, Math.min(ids.length, FRESH), control.signal));
  } catch (error) {
    if (control.signal.aborted) return;
    // What is on the screen stays; only an empty list turns into an error.
    worklist.update((now) => ({ ...now, error, status: now.ids.length > 0 ? "ready" : "failed" }));
  }
}

export function selectWorklist(change: Partial<Selection>): void {
  const now = worklist.get();
  const selection = { ...now.selection, ...change };
  if (same(selection, now.selection) && now.status !== "failed") return;
  const counts = selection.view === now.selection.view ? now.counts : NOTHING;
  worklist.set({ ...now, selection, status: "loading", ids: [], counts, more: null, error: null });
  void refreshWorklist();
}

export async function moreOfWorklist(): Promise<void> {
  const { selection, more } = worklist.get();
  if (!more) return;
  worklist.update((now) => ({ ...now, more: null }));
  const page = await fetchPage(selection, more).catch(() => null);
  worklist.update((now) => {
    if (!same(now.selection, selection)) return now;
    if (!page) return { ...now, more };
    for (const item of page.items) putItem(item);
    const known = new Set(now.ids);
    const ids = page.items.map((item) => item.id).filter((id) => !known.has(id));
    return { ...now, ids: [...now.ids, ...ids], more: after(selection, more, page.next_cursor) };
  });
}

/** Follows the news while the list is on the screen; answers how to stop. */
export function followWorklist(): () => void {
  const within = (ms: number) => {
    const at = Math.max(Date.now(), last + ms);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      void refreshWorklist();
    }, at - Date.now());
  };
  const unlessMine = (ms: number) => () => {
    const { view, q } = worklist.get().selection;
    if (view !== "mine" || q) within(ms);
  };
  const stops = [
    worklistChanged.subscribe(() => within(SOON_MS)),
    waitingChanged.subscribe(unlessMine(SOON_MS)),
    othersChanged.subscribe(unlessMine(LATER_MS)),
    worklistSearch.subscribe(() => selectWorklist({ q: worklistSearch.get() })),
  ];
  void refreshWorklist();
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
    due = Number.POSITIVE_INFINITY;
  };
}

/** Headings and rows in the order to draw. */
export function rowsOf(state: ListState): ListRow[] {
  const groups = new Map<Group, string[]>(ORDER.map((group) => [group, []]));
  for (const id of state.ids) groups.get(entities.get<WorkItem>("conversation", id)?.group ?? "done")?.push(id);
  const rows: ListRow[] = [];
  let place = 0;
  for (const group of ORDER) {
    const ids = groups.get(group) ?? [];
    if (ids.length === 0) continue;
    rows.push({
      kind: "head",
      group,
      count: group === "done" ? ids.length : Math.max(state.counts[group], ids.length),
    });
    for (const id of ids) {
      place += 1;
      rows.push({ kind: "item", id, place });
    }
  }
  return rows;
}
