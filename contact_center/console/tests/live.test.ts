import { waitFor } from "@testing-library/react";
import { Live, type Refetch } from "../src/live";
import { entities } from "../src/store/entities";
import { offers, pendingIds, refreshOffers } from "../src/store/offers";
import { addMessage, cameIn, loadNewest, threadOf } from "../src/store/threads";
import type { Message, WorkItem } from "../src/types";
import { FakeWire, House, item, message, offer } from "./house";

function opened() {
  const wire = new FakeWire();
  const asked: string[] = [];
  const refetch: Refetch = {
    conversation: async (id) => asked.push(`conversation:${id}`),
    offers: async () => asked.push("offers"),
    agent: async () => asked.push("agent"),
    worklist: () => asked.push("worklist"),
    queues: () => asked.push("queues"),
    everything: () => asked.push("everything"),
    sessionOver: async () => {
      asked.push("sessionOver");
      return session.over;
    },
  };
  const session = { over: false };
  const live = new Live(wire, refetch, () => "agent-1");
  return { wire, live, asked, session };
}

const beats = (wire: FakeWire, digest: object) => {
  wire.answers.heartbeat = () => ({ ok: true, server_now: new Date().toISOString(), digest });
};

describe("the live line", () => {
  beforeEach(() => {
    entities.clear();
    offers.set([]);
  });

  it("applies an event once, however often and in whatever order it comes", async () => {
    const { wire, live } = opened();
    beats(wire, {});
    live.start();
    wire.tell("conversation.updated", {
      entity: "conversation",
      id: "c1",
      version: 5,
      item: item("c1", { version: 5, subject: "new" }),
    });
    wire.tell("conversation.updated", {
      entity: "conversation",
      id: "c1",
      version: 4,
      item: item("c1", { version: 4, subject: "late" }),
    });
    await waitFor(() => expect(entities.get<WorkItem>("conversation", "c1")?.subject).toBe("new"));
    expect(entities.version("conversation", "c1")).toBe(5);
    live.stop();
  });

  it("keeps what the receiver has read when an event for many comes without it", async () => {
    const { wire, live } = opened();
    entities.put("conversation", "c1", 1, item("c1", { unread: 3, has_draft: true }));
    beats(wire, {});
    live.start();
    const { unread: _, has_draft: __, ...told } = item("c1", { version: 2, subject: "changed" });
    wire.tell("conversation.updated", { entity: "conversation", id: "c1", version: 2, item: told });
    await waitFor(() => expect(entities.get<WorkItem>("conversation", "c1")?.subject).toBe("changed"));
    expect(entities.get<WorkItem>("conversation", "c1")).toMatchObject({ unread: 3, has_draft: true });
    live.stop();
  });

  it("fetches again exactly what the digest shows to be behind", async () => {
    const { wire, live, asked } = opened();
    entities.put("conversation", "c1", 7, item("c1"));
    entities.put("conversation", "c2", 7, item("c2"));
    entities.put("agent", "agent-1", 2, {});
    beats(wire, { "conversation:c1": 9, "conversation:c2": 7, offers: ["lost"], agent: 2, worklist: 1 });
    live.start();
    await waitFor(() => expect(asked).toEqual(["conversation:c1", "offers"]));
    beats(wire, { "conversation:c1": 7, "conversation:c2": 7, offers: [], agent: 3, worklist: 2 });
    asked.length = 0;
    await live.heartbeat();
    expect(asked).toEqual(["agent", "worklist"]);
    live.stop();
  });

  it("joins its rooms again and fetches everything after a lost line", async () => {
    const { wire, live, asked } = opened();
    beats(wire, {});
    live.start();
    await waitFor(() => expect(live.line.get().state).toBe("up"));
    await live.join("conversation:c1");
    wire.cut();
    expect(live.line.get().state).toBe("down");
    expect(asked).toEqual([]);
    wire.sent.length = 0;
    wire.connect();
    await waitFor(() => expect(asked).toEqual(["everything"]));
    expect(wire.sent[0]).toEqual({ name: "join", data: { room: "conversation:c1" } });
    expect(live.line.get().state).toBe("up");
    live.stop();
  });

  it("comes back by itself when the server that refused it takes it again", async () => {
    vi.useFakeTimers();
    const { wire, live, asked } = opened();
    beats(wire, {});
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(live.line.get().state).toBe("up");
    wire.end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.line.get().state).toBe("down");
    wire.refusing = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(live.line.get().state).toBe("up");
    expect(asked).toContain("everything");
    live.stop();
    vi.useRealTimers();
  });

  it("waits for a new session, and comes back with it", async () => {
    vi.useFakeTimers();
    const { wire, live, asked, session } = opened();
    beats(wire, {});
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    session.over = true;
    wire.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual(["sessionOver"]);
    session.over = wire.refusing = false;
    live.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(live.line.get().state).toBe("up");
    live.stop();
    vi.useRealTimers();
  });

  it("finds a lost last message although the conversation's version is known", async () => {
    const { wire, live, asked } = opened();
    new House().open().on("GET", /messages$/, () => ({ body: { items: [message("m1")], next_cursor: null } }));
    await loadNewest("c1");
    entities.put("conversation", "c1", 4, item("c1", { last_message_at: "2026-11-22T11:00:00Z" }));
    beats(wire, { "conversation:c1": 4 });
    live.start();
    await waitFor(() => expect(asked).toContain("conversation:c1"));
    live.stop();
  });

  it("tells of a message once, whether its event or a fetch after a missed one brings it first", async () => {
    const { wire, live } = opened();
    const heard: (string | undefined)[] = [];
    const stop = cameIn.subscribe(() => heard.push(cameIn.get()?.id));
    const page = [message("n1")];
    new House().open().on("GET", /messages$/, () => ({ body: { items: page, next_cursor: null } }));
    await loadNewest("c9");
    page.push(message("n2", { at: "2026-11-22T11:00:00Z", conversation_id: "c9" }));
    await loadNewest("c9");
    expect(heard).toEqual(["n2"]);
    beats(wire, {});
    live.start();
    for (const id of ["n2", "n3", "n3"])
      wire.tell("message.created", {
        entity: "message",
        id,
        version: 1,
        message: message(id, { at: "2026-11-22T11:00:00Z", conversation_id: "c9" }),
      });
    await waitFor(() => expect(heard).toEqual(["n2", "n3"]));
    stop();
    live.stop();
  });

  it("shows what came although the tab was hidden before its frame was drawn", async () => {
    const { wire, live } = opened();
    beats(wire, {});
    live.start();
    vi.stubGlobal("requestAnimationFrame", () => 0);
    wire.tell("message.created", { entity: "message", id: "h1", version: 1, message: message("h1") });
    await waitFor(() => expect(entities.get("message", "h1")).toBeTruthy());
    vi.unstubAllGlobals();
    live.stop();
  });

  it("says why an offer went, also when a fetch found it gone before the event came", async () => {
    const { wire, live } = opened();
    offers.set([]);
    new House().open().on("GET", /offers$/, () => ({ body: { items: [], next_cursor: null } }));
    beats(wire, {});
    live.start();
    wire.tell("offer.made", { entity: "offer", id: "o7", version: 1, offer: offer("o7") });
    await refreshOffers();
    expect(offers.get()[0]).toMatchObject({ state: "gone", reason: "withdrawn" });
    wire.tell("offer.withdrawn", {
      entity: "offer",
      id: "o7",
      version: 2,
      reason: "accepted_elsewhere",
      by: { id: "u2", name: "Bob" },
    });
    expect(offers.get()[0]).toMatchObject({ state: "gone", reason: "accepted_elsewhere", by: { name: "Bob" } });
    live.stop();
  });

  it("rings an offer at once, never twice, and not again after it ended", () => {
    const { wire, live } = opened();
    beats(wire, { offers: ["o1"] });
    live.start();
    wire.tell("offer.made", { entity: "offer", id: "o1", version: 1, offer: offer("o1") });
    wire.tell("offer.made", { entity: "offer", id: "o1", version: 1, offer: offer("o1") });
    expect(pendingIds()).toEqual(["o1"]);
    wire.tell("offer.withdrawn", {
      entity: "offer",
      id: "o1",
      version: 2,
      reason: "accepted_elsewhere",
      by: { id: "u2", name: "Bob" },
    });
    expect(offers.get()[0]).toMatchObject({ state: "gone", reason: "accepted_elsewhere", by: { name: "Bob" } });
    wire.tell("offer.made", { entity: "offer", id: "o1", version: 1, offer: offer("o1") });
    expect(pendingIds()).toEqual([]);
    live.stop();
  });
});

describe("a thread", () => {
  beforeEach(() => entities.clear());

  it("merges a message that came before its first page, in order of time", async () => {
    const house = new House().open();
    house.on("GET", /messages$/, () => {
      addMessage(message("m3", { at: "2026-11-22T10:03:00Z" }));
      return { body: { items: [message("m1"), message("m2", { at: "2026-11-22T10:02:00Z" })], next_cursor: "older" } };
    });
    await loadNewest("c1");
    expect(threadOf("c1").ids).toEqual(["m1", "m2", "m3"]);
    expect(threadOf("c1").older).toBe("older");
  });

  it("takes only a newer state of delivery", () => {
    addMessage(message("m1", { version: 3, text: "newest" }));
    addMessage(message("m1", { version: 2, text: "older" }));
    expect(entities.get<Message>("message", "m1")?.text).toBe("newest");
  });
});
