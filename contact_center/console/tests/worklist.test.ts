// A long list in use: it can be scrolled on while it stands still, and news does not fetch ten thousand rows again.
import { entities } from "../src/store/entities";
import { below, type ListRow, moreOfWorklist, refreshWorklist, rowsOf, worklist } from "../src/store/worklist";
import { differences, extended } from "../src/views/inbox/useFrozen";
import { House, item } from "./house";

const rows = (...ids: string[]): ListRow[] => ids.map((id, index) => ({ kind: "item", id, place: index + 1 }));
const names = (list: ListRow[]) => list.map((row) => (row.kind === "item" ? row.id : row.group)).join("");

describe("a list that stands still under the pointer", () => {
  it("grows by the page that was fetched below", () => {
    const held = rows("a", "b");
    const fresh = rows("a", "b", "c", "d");
    expect(names(extended(held, fresh))).toBe("abcd");
    expect(differences(extended(held, fresh), fresh)).toBe(0);
  });

  it("does not take what came above, nor what changed places", () => {
    const fresh = rows("n", "b", "a", "c");
    const held = extended(rows("a", "b"), fresh);
    expect(names(held)).toBe("abc");
    expect(differences(held, fresh)).toBeGreaterThan(0);
    expect(names(extended(rows("a", "b"), rows("n", "b", "a")))).toBe("ab");
  });

  it("stays as it is when nothing of it is left", () => {
    expect(names(extended(rows("a", "b"), rows("x", "y")))).toBe("ab");
  });
});

describe("news in a list that was scrolled far down", () => {
  it("fetches its top again and keeps what is below", () => {
    expect(below(["n", "a"], ["a", "b", "c", "d"])).toEqual(["b", "c", "d"]);
    expect(below(["a", "c"], ["a", "b", "c", "d"])).toEqual(["d"]);
  });

  it("lists nothing twice that moved from below to the top", () => {
    expect(below(["d", "a"], ["a", "b", "c", "d"])).toEqual(["b", "c"]);
  });

  it("begins anew when the top is another list", () => {
    expect(below(["x"], ["a", "b"])).toBeNull();
  });
});

describe("a view that does not fit on one page", () => {
  // Newest first, the server mixes the groups: of "now" the page holds one of two.
  const groups: Record<string, string[][]> = { now: [["n1"], ["n2"]], today: [["t1"]], waiting: [[]], done: [["d1"]] };
  const answer = (items: object[], next: string | null) => ({
    body: { items, next_cursor: next, counts: { now: 2, today: 1, waiting: 0 }, channels: {} },
  });

  function house() {
    entities.clear();
    worklist.update((state) => ({ ...state, selection: { view: "all", channel: null, q: "" }, ids: [], more: null }));
    return new House().open().on("GET", /conversations$/, ({ query }) => {
      const group = query.get("group");
      if (query.get("view") === "snoozed") return answer([item("s1", { group: "done" })], null);
      if (group === null) return answer([item("d1", { group: "done" }), item("n1", { group: "now" })], "more");
      const pages = groups[group] ?? [];
      const at = Number(query.get("cursor") ?? 0);
      const next = at + 1 < pages.length ? `${at + 1}` : null;
      return answer(
        (pages[at] ?? []).map((id) => item(id, { group: group as "now" })),
        next,
      );
    });
  }

  it("is fetched group by group, so that what must be answered now stands on top in full", async () => {
    house();
    await refreshWorklist();
    const drawn = rowsOf(worklist.get()).map((row) => (row.kind === "item" ? row.id : row.group));
    expect(drawn).toEqual(["now", "n1", "n2", "today", "t1", "done", "d1", "s1"]);
    expect(worklist.get().more).toBeNull();
  });

  it("goes on where its last page ended, into the next group", async () => {
    house();
    worklist.update((state) => ({ ...state, ids: ["n1"], more: { group: "now", cursor: "1" } }));
    await moreOfWorklist();
    expect(worklist.get()).toMatchObject({ ids: ["n1", "n2"], more: { group: "today", cursor: null } });
    await moreOfWorklist();
    expect(worklist.get().ids).toEqual(["n1", "n2", "t1"]);
  });
});
