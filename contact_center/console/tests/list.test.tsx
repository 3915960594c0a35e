import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { apply } from "../src/store/apply";
import { entities } from "../src/store/entities";
import { session } from "../src/store/session";
import { followWorklist, refreshWorklist, selectWorklist, worklist } from "../src/store/worklist";
import type { Me, WorkItem } from "../src/types";
import { List } from "../src/views/inbox/List";
import { differences } from "../src/views/inbox/useFrozen";
import { House, item, show } from "./house";

const page = (ids: string[]) => ({
  body: {
    items: ids.map((id) => item(id)),
    next_cursor: null,
    counts: { now: ids.length, today: 0, waiting: 0 },
    channels: { email: ids.length },
  },
});
const names = () =>
  within(screen.getByRole("listbox"))
    .getAllByRole("option")
    .map((row) => row.id);

async function opened(ids: string[]) {
  const house = new House().open();
  let now = ids;
  house.on("GET", /conversations$/, () => page(now));
  const open = vi.fn();
  show(<List selected={null} open={open} />);
  await screen.findByRole("listbox");
  return {
    house,
    open,
    become: async (next: string[]) => {
      now = next;
      await act(refreshWorklist);
    },
  };
}

describe("how a view is sorted", () => {
  it("is chosen beside its name, kept with the user, and left alone while one searches", async () => {
    entities.clear();
    const user = { id: "u", name: "Ana", permissions: {}, agent: null, preferences: { volume: 0.3 } } as unknown as Me;
    session.set({ state: "in", user });
    worklist.update((state) => ({ ...state, selection: { view: "team", channel: null, q: "" } }));
    const { house } = await opened(["a", "b"]);
    house.on("PATCH", /me$/, ({ body }) => ({ body: { ...user, ...(body as object) } }));
    await userEvent.click(screen.getByRole("button", { name: "Sort: Newest first" }));
    expect(await screen.findByRole("button", { name: "Sort: Oldest first" })).toBeVisible();
    expect(house.of("PATCH", /me$/)[0]?.body).toEqual({ preferences: { volume: 0.3, sorts: { team: "oldest" } } });
    await screen.findByRole("listbox");
    expect(
      house
        .of("GET", /conversations$/)
        .at(-1)
        ?.query.get("sort"),
    ).toBe("oldest");
    await act(async () => selectWorklist({ q: "lamp" }));
    expect(
      house
        .of("GET", /conversations$/)
        .at(-1)
        ?.query.get("sort"),
    ).toBeNull();
    await act(async () => selectWorklist({ view: "mine", q: "" }));
    expect(
      house
        .of("GET", /conversations$/)
        .at(-1)
        ?.query.get("sort"),
    ).toBeNull();
    session.set({ state: "none", user: null });
  });
});

describe("the list", () => {
  beforeEach(() => {
    entities.clear();
    worklist.update((state) => ({
      ...state,
      ids: [],
      status: "loading",
      selection: { view: "mine", channel: null, q: "" },
    }));
  });

  it("groups by what must be done and tells screen readers the place of each row", async () => {
    await opened(["a", "b"]);
    expect(screen.getByText("Answer now")).toBeVisible();
    expect(names()).toEqual(["row-a", "row-b"]);
    expect(screen.getAllByRole("option")[1]).toHaveAttribute("aria-posinset", "2");
  });

  it("does not move rows under the pointer; the changes wait behind a chip", async () => {
    const { become, open } = await opened(["a", "b"]);
    fireEvent.pointerEnter(screen.getByRole("listbox").parentElement as HTMLElement);
    await become(["c", "a", "b"]);
    expect(names()).toEqual(["row-a", "row-b"]);
    await userEvent.click(screen.getByText("Customer a"));
    expect(open).toHaveBeenCalledWith("a");
    await userEvent.click(screen.getByRole("button", { name: "3 updates" }));
    expect(names()).toEqual(["row-c", "row-a", "row-b"]);
  });

  it("moves them once the pointer is gone", async () => {
    const { become } = await opened(["a", "b"]);
    const hold = screen.getByRole("listbox").parentElement as HTMLElement;
    fireEvent.pointerEnter(hold);
    await become(["b", "a"]);
    fireEvent.pointerLeave(hold);
    expect(names()).toEqual(["row-b", "row-a"]);
  });

  it("still shows new words in a row that stands still", async () => {
    await opened(["a"]);
    fireEvent.pointerEnter(screen.getByRole("listbox").parentElement as HTMLElement);
    act(
      () =>
        void entities.put(
          "conversation",
          "a",
          2,
          item("a", { version: 2, preview: { direction: "in", text: "Newer words", author: null } }),
        ),
    );
    expect(screen.getByText("Newer words")).toBeVisible();
  });

  it("opens with Enter what the arrow keys point at", async () => {
    const { open } = await opened(["a", "b"]);
    act(() => screen.getByRole("listbox").focus());
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(open).toHaveBeenCalledWith("b");
  });

  it("offers to take the next when there is nothing, and says what failed when it cannot load", async () => {
    const house = new House().open();
    house.on("GET", /conversations$/, () => ({
      status: 500,
      body: { title: "Broken", code: "internal", status: 500, detail: "It is broken." },
    }));
    show(<List selected={null} open={vi.fn()} />);
    expect(await screen.findByRole("alert")).toHaveTextContent("It is broken.");
    house.on("GET", /conversations$/, () => page([]));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("All caught up")).toBeVisible();
  });

  it("asks the server for the view that was chosen", async () => {
    const { house } = await opened(["a"]);
    await act(async () => selectWorklist({ view: "team" }));
    expect(house.calls.at(-1)?.query.get("view")).toBe("team");
  });
});

describe("differences of order", () => {
  const rows = (ids: string[]) => ids.map((id, index) => ({ kind: "item" as const, id, place: index + 1 }));
  it("count what moved, came or went", () => {
    expect(differences(rows(["a", "b"]), rows(["a", "b"]))).toBe(0);
    expect(differences(rows(["a", "b"]), rows(["b", "a"]))).toBe(2);
    expect(differences(rows(["a", "b"]), rows(["a"]))).toBe(1);
  });
});

describe("news of the list", () => {
  afterEach(() => {
    vi.useRealTimers();
    session.set({ state: "none", user: null });
  });

  const held = (id: string, agent: string | null) => {
    const plain = item(id);
    const holder = agent === null ? null : { id: agent, name: agent };
    return { ...plain, version: 5, interaction: plain.interaction && { ...plain.interaction, agent: holder } };
  };
  const says = (name: string, id: string, data: object) => apply({ name, data: { id, version: 5, ...data } });

  it("fetches my own list again for my own work, and any other also for what waits, and seldom for what colleagues hold", async () => {
    vi.useFakeTimers();
    entities.clear();
    const user = { id: "u", name: "Ana", permissions: {}, agent: { id: "me" }, preferences: {} } as unknown as Me;
    session.set({ state: "in", user });
    const house = new House().open();
    house.on("GET", /conversations$/, () => page(["a"]));
    const asked = () => house.of("GET", /conversations$/).length;
    worklist.update((state) => ({ ...state, selection: { view: "mine", channel: null, q: "" } }));
    const stop = followWorklist();
    await vi.advanceTimersByTimeAsync(5000);
    const before = asked();
    says("conversation.updated", "x", { item: held("x", "colleague") });
    says("conversation.updated", "y", { item: held("y", null) });
    says("worklist.updated", "q1", { items: [{ id: "x", version: 6, preview: { text: "More", direction: "in" } }] });
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked()).toBe(before);
    expect(entities.get<WorkItem>("conversation", "x")?.preview?.text).toBe("More");
    says("conversation.updated", "y", { item: { ...held("y", "me"), version: 6 }, version: 6 });
    await vi.advanceTimersByTimeAsync(500);
    expect(asked()).toBe(before + 1);
    selectWorklist({ view: "team" });
    await vi.advanceTimersByTimeAsync(0);
    says("worklist.updated", "q1", { items: [] });
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked()).toBe(before + 2);
    says("conversation.updated", "z", { item: held("z", null) });
    await vi.advanceTimersByTimeAsync(500);
    expect(asked()).toBe(before + 3);
    says("worklist.updated", "q1", { items: [] });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked()).toBe(before + 4);
    stop();
  });
});
