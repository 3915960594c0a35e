import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { session } from "../src/store/session";
import type { Me } from "../src/types";
import { Account } from "../src/views/account/Account";
import { House, show } from "./house";

const TOKEN = {
  id: "t1",
  name: "Nightly export",
  scopes: ["search"],
  owner: { id: "u", name: "Ana" },
  created_at: "2026-11-01T00:00:00Z",
  expires_at: null,
};

describe("one's own account", () => {
  let house: House;
  let kept: (typeof TOKEN)[];
  beforeEach(() => {
    kept = [TOKEN];
    const user = {
      id: "u",
      name: "Ana",
      email: "ana@demo.example",
      permissions: { "tokens.own": "own", search: "all" },
    };
    session.set({ state: "in", user: user as unknown as Me });
    house = new House().open().on("GET", /api-tokens$/, () => ({ body: { items: kept, next_cursor: null } }));
  });

  it("puts the old name back when the new one did not arrive, and keeps what was typed", async () => {
    house.on("PATCH", /me$/, () => "unreachable");
    show(<Account />);
    await userEvent.type(screen.getAllByLabelText("Name")[0] as HTMLElement, " Silva");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(session.get().user?.name).toBe("Ana");
    expect(screen.getAllByLabelText("Name")[0]).toHaveValue("Ana Silva");
  });

  it("shows a refused present password at its field", async () => {
    const errors = [{ field: "current", message: "That is not your password." }];
    house.on("POST", /password$/, () => ({ status: 422, body: { code: "wrong_password", title: "No", errors } }));
    show(<Account />);
    await userEvent.type(screen.getByLabelText("Present password"), "guess");
    await userEvent.type(screen.getByLabelText("New password"), "a long new phrase");
    const change = screen.getByRole("button", { name: "Change password" });
    expect(change).toBeDisabled();
    await userEvent.type(screen.getByLabelText("The same again"), "a long new phrase");
    await userEvent.click(change);
    expect(await screen.findByText("That is not your password.")).toBeVisible();
    expect(house.of("POST", /password$/)[0]?.body).toEqual({ current: "guess", new: "a long new phrase" });
  });

  it("revokes a token only after asking", async () => {
    house.on("DELETE", /api-tokens/, () => {
      kept = [];
      return { status: 204 };
    });
    show(<Account />);
    const ask = vi.spyOn(window, "confirm").mockReturnValueOnce(false).mockReturnValue(true);
    const revoke = await screen.findByRole("button", { name: "Revoke Nightly export" });
    await userEvent.click(revoke);
    expect(house.of("DELETE", /api-tokens/)).toHaveLength(0);
    await userEvent.click(revoke);
    expect(await screen.findByText("You have no tokens.")).toBeVisible();
    await waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
  });

  it("shows a new token once", async () => {
    house.on("POST", /api-tokens$/, () => ({ status: 201, body: { ...TOKEN, token: "cct_secret" } }));
    show(<Account />);
    await userEvent.type(screen.getAllByLabelText("Name")[1] as HTMLElement, "Export");
    await userEvent.click(screen.getByRole("combobox", { name: "May do" }));
    await userEvent.click(await screen.findByText("tokens.own"));
    await userEvent.click(screen.getByRole("button", { name: "Make a token" }));
    expect(await screen.findByText("cct_secret")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "I have kept it" }));
    expect(screen.queryByText("cct_secret")).toBeNull();
    expect(house.of("POST", /api-tokens$/)[0]?.body).toEqual({ name: "Export", scopes: ["tokens.own"] });
  });
});
