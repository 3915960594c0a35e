import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { entities } from "../src/store/entities";
import { clearMarks, marked } from "../src/store/marked";
import { refreshWorklist, selectWorklist, worklist } from "../src/store/worklist";
import { outcome } from "../src/views/inbox/bulk";
import { List } from "../src/views/inbox/List";
import { House, item, show } from "./house";

const page = (ids: string[]) => ({
  body: {
    items: ids.map((id) => item(id)),
    next_cursor: null,
    counts: { now: ids.length, today: 0, waiting: 0 },
    channels: { email: ids.length },
  },
});

async function opened(ids: string[]) {
  const house = new House().open();
  let now = ids;
  house.on("GET", /conversations$/, () => page(now));
  house.on("GET", /agents$/, () => ({ body: { items: [], next_cursor: null } }));
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
const row = (id: string) => document.getElementById(`row-${id}`) as HTMLElement;
const marks = () => [...marked.get()].sort();
const doIt = async (name: string) => {
  await userEvent.click(screen.getByRole("button", { name: "Do" }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
};

describe("marking rows", () => {
  beforeEach(() => {
    entities.clear();
    clearMarks();
    outcome.set(null);
    worklist.update((state) => ({
      ...state,
      ids: [],
      status: "loading",
      selection: { view: "mine", channel: null, q: "" },
    }));
  });

  it("marks with X under the cursor, one by Ctrl and a stretch by Shift; an ordinary press still opens", async () => {
    const { open } = await opened(["a", "b", "c", "d"]);
    act(() => screen.getByRole("listbox").focus());
    await userEvent.keyboard("{ArrowDown}{ArrowDown}x");
    expect(marks()).toEqual(["b"]);
    fireEvent.click(row("d"), { shiftKey: true });
    expect(marks()).toEqual(["b", "c", "d"]);
    fireEvent.click(row("c"), { ctrlKey: true });
    expect(marks()).toEqual(["b", "d"]);
    expect(row("b")).toHaveAttribute("aria-selected", "true");
    expect(row("c")).toHaveAttribute("aria-selected", "false");
    expect(open).not.toHaveBeenCalled();
    fireEvent.click(row("a"));
    expect(open).toHaveBeenCalledWith("a");
  });

  it("forgets marks with the view, and of rows that have left the list", async () => {
    const { become } = await opened(["a", "b"]);
    fireEvent.click(row("a"), { ctrlKey: true });
    fireEvent.click(row("b"), { ctrlKey: true });
    await become(["b"]);
    expect(marks()).toEqual(["b"]);
    await act(async () => selectWorklist({ view: "team" }));
    expect(marks()).toEqual([]);
  });

  it("resolves all of them and says which could not be resolved, and why", async () => {
    const { house, open } = await opened(["a", "b", "c"]);
    house.on("POST", /interactions\/int-(a|c)\/close$/, () => ({ body: {} }));
    house.on("POST", /interactions\/int-b\/close$/, () => ({
      status: 409,
      body: { title: "Conflict", code: "conflict", status: 409, detail: "Somebody else has it." },
    }));
    for (const id of ["a", "b", "c"]) fireEvent.click(row(id), { ctrlKey: true });
    expect(screen.getByText("3 marked")).toBeVisible();
    await doIt("Resolve");
    const told = await screen.findByRole("alert");
    expect(told).toHaveTextContent("1 could not be done");
    expect(told).toHaveTextContent("Customer bSomebody else has it.");
    expect(marks()).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Customer b" }));
    expect(open).toHaveBeenCalledWith("b");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("does what the menu of a row says to this row alone", async () => {
    const { house } = await opened(["a", "b"]);
    house.on("DELETE", /read$/, () => ({ status: 204 }));
    house.on("POST", /assign$/, () => ({ body: {} }));
    fireEvent.click(row("a"), { ctrlKey: true });
    fireEvent.contextMenu(row("b"), { clientX: 40, clientY: 90 });
    await userEvent.click(await screen.findByRole("menuitem", { name: "Mark unread" }));
    await waitFor(() =>
      expect(house.of("DELETE", /read$/).map((call) => call.path)).toEqual(["/conversations/b/read"]),
    );
    act(() => screen.getByRole("listbox").focus());
    await userEvent.keyboard("{ArrowDown}");
    fireEvent.keyDown(screen.getByRole("listbox"), { key: "F10", shiftKey: true });
    await userEvent.click(await screen.findByRole("menuitem", { name: "Back to the queue" }));
    await waitFor(() => expect(house.of("POST", /assign$/)).toHaveLength(1));
    expect(house.of("POST", /assign$/)[0]?.body).toEqual({ agent_id: null });
  });
});
