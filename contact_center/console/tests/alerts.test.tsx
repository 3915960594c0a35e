import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { badgeOf, notify, setTitle } from "../src/attention";
import { alertsOf } from "../src/store/alerts";
import { putItem } from "../src/store/apply";
import { undoSeconds } from "../src/store/held";
import { session } from "../src/store/session";
import type { Me } from "../src/types";
import { Account } from "../src/views/account/Account";
import { isMine } from "../src/views/inbox/MessageBell";
import { House, item, message, show } from "./house";

const me = (preferences: Record<string, unknown> = {}) =>
  ({
    id: "u",
    name: "Ana",
    email: "ana@demo.example",
    permissions: { "conversations.write": "queues" },
    agent: { id: "a1" },
    preferences,
  }) as unknown as Me;

function saved() {
  const house = new House().open();
  house.on("PATCH", /me$/, ({ body }) => ({ body: { ...session.get().user, ...(body as object) } }));
  return house;
}

afterEach(() => vi.unstubAllGlobals());

describe("how one wants to be called", () => {
  it("rings and tells unless somebody says otherwise; an older volume stays", () => {
    expect(alertsOf(me({ volume: 0.5 }))).toMatchObject({ offers: true, messages: true, quiet: false, volume: 0.5 });
    expect(alertsOf(me({ alerts: { quiet: true } }))).toMatchObject({ quiet: true, offers: true, volume: 0.2 });
  });

  it("is saved as it is chosen, and keeps what else is preferred", async () => {
    const house = saved();
    session.set({ state: "in", user: me({ sorts: { mine: "oldest" } }) });
    show(<Account />);
    await userEvent.click(screen.getByRole("switch", { name: /Do not disturb/ }));
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Undo sending of mails" }), "Send at once");
    await waitFor(() => expect(house.of("PATCH", /me$/)).toHaveLength(2));
    expect(house.of("PATCH", /me$/)[1]?.body).toMatchObject({
      preferences: { sorts: { mine: "oldest" }, alerts: { quiet: true }, undo_seconds: 0 },
    });
    expect(undoSeconds()).toBe(0);
  });

  it("tells by the system only what nobody looks at, and only when allowed", () => {
    const made: string[] = [];
    class Notified {
      static permission = "granted";
      constructor(title: string) {
        made.push(title);
      }
    }
    vi.stubGlobal("Notification", Notified);
    const news = { title: "Ana wrote", body: "Hello", tag: "c1", open: () => undefined };
    notify(news);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    notify(news);
    Notified.permission = "denied";
    notify(news);
    hidden.mockRestore();
    expect(made).toEqual(["Ana wrote"]);
  });

  it("knows one's own work from everybody's", () => {
    session.set({ state: "in", user: me() });
    const held = item("mine");
    if (!held.interaction) throw new Error("nothing held");
    putItem({ ...held, interaction: { ...held.interaction, agent: { id: "a1", name: "Ana" } } });
    putItem(item("theirs"));
    expect(isMine(message("m1", { conversation_id: "mine" }))).toBe(true);
    expect(isMine(message("m2", { conversation_id: "theirs" }))).toBe(false);
    expect(isMine(message("m3", { conversation_id: "unknown" }))).toBe(false);
  });

  it("puts the number of what waits into the icon", () => {
    const link = document.createElement("link");
    link.rel = "icon";
    document.head.append(link);
    setTitle("(3) Inbox", badgeOf(3));
    expect(decodeURIComponent(link.href)).toContain(">3</text>");
    setTitle("Inbox", badgeOf(0));
    expect(decodeURIComponent(link.href)).not.toContain("circle");
    expect(badgeOf(12)).toBe("9+");
    link.remove();
  });
});

afterAll(() => session.set({ state: "none", user: null }));
