import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { session } from "../src/store/session";
import type { Me } from "../src/types";
import { differing, rebased } from "../src/views/admin/editing";
import { allOf } from "../src/views/admin/list";
import { SkillsSection } from "../src/views/admin/SkillsSection";
import { House } from "./house";

const row = (id: string, name: string, version = 1, kind = "skill") => ({ id, name, kind, version });
const stale = { status: 412, body: { code: "stale_version", title: "Changed meanwhile", status: 412 } };

function open(): void {
  const user = { id: "u", permissions: { "settings.read": "all", "settings.write": "all" } } as unknown as Me;
  session.set({ state: "in", user });
  const router = createRouter({
    routeTree: createRootRoute({ component: SkillsSection }),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

async function edit(name: string, typed: string): Promise<void> {
  open();
  await userEvent.click(await screen.findByRole("button", { name }));
  await userEvent.type(screen.getByLabelText(/^Name/), typed);
}

const save = () => userEvent.click(screen.getByRole("button", { name: "Save" }));

describe("the arithmetic of a form", () => {
  it("counts fields that differ, lists by what is in them", () => {
    expect(differing({ a: 1, b: ["x"], c: "" }, { a: 1, b: ["x"], c: "" })).toEqual([]);
    expect(differing({ a: 2, b: ["x", "y"], c: "" }, { a: 1, b: ["x"], c: "" })).toEqual(["a", "b"]);
  });

  it("keeps mine where I changed something, and theirs elsewhere", () => {
    const first = { name: "old", level: 1, notes: "n" };
    expect(rebased({ ...first, name: "mine" }, first, { name: "theirs", level: 9, notes: "n" })).toEqual({
      name: "mine",
      level: 9,
      notes: "n",
    });
  });
});

describe("a settings list", () => {
  it("is read to its last page", async () => {
    const house = new House().open().on("GET", /skills$/, (call) => ({
      body: call.query.get("cursor")
        ? { items: [row("2", "B")], next_cursor: null }
        : { items: [row("1", "A")], next_cursor: "next" },
    }));
    expect((await allOf<{ id: string }>("/skills")).items.map((each) => each.id)).toEqual(["1", "2"]);
    expect(house.of("GET", /skills$/)).toHaveLength(2);
  });
});

describe("a settings form", () => {
  let house: House;
  let now: ReturnType<typeof row>;
  beforeEach(() => {
    now = row("s1", "Billing");
    house = new House().open().on("GET", /skills$/, () => ({ body: { items: [now], next_cursor: null } }));
  });

  it("counts what was changed and saves it with the version it was read at", async () => {
    house.on("PATCH", /skills/, () => ({ body: now }));
    await edit("Billing", " two");
    expect(screen.getByText("1 change")).toBeVisible();
    await save();
    expect(await screen.findByRole("button", { name: "Billing" })).toBeVisible();
    expect(house.of("PATCH", /skills\/s1/)[0]?.headers["If-Match"]).toBe('"1"');
    expect(house.of("PATCH", /skills\/s1/)[0]?.body).toMatchObject({ name: "Billing two" });
  });

  it("asks before changes are left behind, and stays when told so", async () => {
    const asked = vi.spyOn(window, "confirm").mockReturnValue(false);
    await edit("Billing", "!");
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(asked).toHaveBeenCalledTimes(1);
    expect(screen.getByLabelText(/^Name/)).toHaveValue("Billing!");
  });

  it("leaves without a question when nothing was changed", async () => {
    const asked = vi.spyOn(window, "confirm").mockReturnValue(false);
    await edit("Billing", "!");
    await userEvent.type(screen.getByLabelText(/^Name/), "{Backspace}");
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(await screen.findByRole("button", { name: "Billing" })).toBeVisible();
    expect(asked).not.toHaveBeenCalled();
  });

  it("lists refused fields and puts the cursor into the first", async () => {
    const errors = [{ field: "name", message: "is taken" }];
    house.on("PATCH", /skills/, () => ({
      status: 422,
      body: { code: "invalid", title: "Invalid", status: 422, errors },
    }));
    await edit("Billing", "!");
    await save();
    expect(await screen.findByRole("alert")).toHaveTextContent("Name: is taken");
    await waitFor(() => expect(screen.getByLabelText(/^Name/)).toHaveFocus());
    expect(screen.getByLabelText(/^Name/)).toHaveValue("Billing!");
  });

  it("says who still uses what was to be deleted", async () => {
    vi.spyOn(window, "confirm").mockReturnValue(true);
    const current = { used_by: [{ type: "queue", id: "q", name: "Support" }] };
    house.on("DELETE", /skills/, () => ({
      status: 409,
      body: { code: "in_use", title: "Still in use", status: 409, current },
    }));
    await edit("Billing", "!");
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Support");
    await waitFor(() => expect(screen.getByRole("alert")).toHaveFocus());
  });

  describe("when somebody else saved first", () => {
    beforeEach(async () => {
      house.on("PATCH", /skills/, (call) => (call.headers["If-Match"] === '"2"' ? { body: now } : stale));
      await edit("Billing", " mine");
      now = row("s1", "Theirs", 2, "language");
      await save();
      expect(await screen.findByRole("alert")).toHaveTextContent("Somebody else saved this");
    });

    it("keeps my field on top of their others", async () => {
      await userEvent.click(screen.getByRole("button", { name: /Keep my changes/ }));
      await waitFor(() => expect(house.of("PATCH", /skills\/s1/)).toHaveLength(2));
      const sent = house.of("PATCH", /skills\/s1/)[1];
      expect(sent?.headers["If-Match"]).toBe('"2"');
      expect(sent?.body).toEqual({ name: "Billing mine", kind: "language" });
    });

    it("shows theirs instead, with nothing left to save", async () => {
      await userEvent.click(screen.getByRole("button", { name: /Load theirs/ }));
      await waitFor(() => expect(screen.getByLabelText(/^Name/)).toHaveValue("Theirs"));
      expect(screen.getByText("No changes")).toBeVisible();
      expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
      expect(house.of("PATCH", /skills/)).toHaveLength(1);
    });
  });
});
