import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import i18n from "../src/i18n";
import { parts } from "../src/parts/Words";
import { putItem } from "../src/store/apply";
import { adoptDraft, dropDraft, readDraft } from "../src/store/drafts";
import { entities } from "../src/store/entities";
import { find, openFind, step } from "../src/store/find";
import { held, hold, takeBack } from "../src/store/held";
import { changeMail, forgetMail, newMail, openMail } from "../src/store/newMail";
import { outbox } from "../src/store/outbox";
import { session } from "../src/store/session";
import { loadNewest, threadOf } from "../src/store/threads";
import type { Message } from "../src/types";
import { Composer } from "../src/views/composer/Composer";
import { quoted, startForward } from "../src/views/composer/forward";
import { FindBar } from "../src/views/thread/FindBar";
import { House, item, message, panel, show } from "./house";

const delivery = (state: "held" | "cancelled", at = Date.now() + 10_000) => ({
  state,
  attempt: 0,
  reason: null,
  detail: "",
  at: new Date().toISOString(),
  next_try_at: state === "held" ? new Date(at).toISOString() : null,
});
let number = 0;

function opened() {
  number += 1;
  const id = `desk${number}`;
  const house = new House().open();
  house.on("PUT", /draft$/, () => ({ body: {} })).on("DELETE", /draft$/, () => ({ status: 204 }));
  house.on("POST", /messages$/, ({ body }) => {
    const sent = body as { client_message_id: string; text: string };
    const { text, client_message_id } = sent;
    return {
      status: 201,
      body: message(`sent-${id}`, {
        conversation_id: id,
        direction: "out",
        text,
        client_message_id,
        delivery: delivery("held"),
      }),
    };
  });
  const view = show(<Composer id={id} panel={panel(id)} pane={createRef()} onNext={() => undefined} />);
  return { id, house, view };
}

beforeEach(() => {
  entities.clear();
  outbox.set([]);
  held.set([]);
  find.set(null);
});

describe("sending taken back", () => {
  it("asks the server to wait, and puts the words before what was written since", async () => {
    const { id, house } = opened();
    const box = () => screen.getByRole("textbox", { name: "Your reply" });
    await userEvent.type(box(), "Too early{Control>}{Enter}{/Control}");
    await waitFor(() => expect(held.get()).toHaveLength(1));
    expect(house.of("POST", /messages$/)[0]?.body).toMatchObject({ undo_seconds: 10, bcc: [] });
    await userEvent.type(box(), "And one more thing");
    const sent = held.get()[0] as Message;
    house.on("POST", /undo$/, () => ({ body: { ...sent, version: 2, delivery: delivery("cancelled") } }));
    await act(() => takeBack(sent));
    expect(held.get()).toEqual([]);
    expect(readDraft(id, "reply").text).toBe("Too early\n\nAnd one more thing");
    expect(box()).toHaveValue("Too early\n\nAnd one more thing");
  });

  it("holds only what the server holds", () => {
    hold(message("a", { delivery: delivery("cancelled") }));
    hold(message("b"));
    expect(held.get()).toEqual([]);
  });
});

describe("a draft that the server gives back", () => {
  const stored = (text: string) => ({
    mode: "reply" as const,
    text,
    html: null,
    to: [],
    cc: [],
    bcc: [],
    forwards: null,
    attachments: [],
    saved_at: new Date(Date.now() + 60_000).toISOString(),
  });

  it("leaves who types alone when the words are their own, and comes in when they are from elsewhere", async () => {
    const { id, house } = opened();
    const box = () => screen.getByRole("textbox", { name: "Your reply" });
    await userEvent.type(box(), "My words");
    await waitFor(() => expect(house.of("PUT", new RegExp(`/${id}/draft$`))).toHaveLength(1), { timeout: 3000 });
    act(() => void adoptDraft(id, "reply", stored("My words")));
    expect(box()).toHaveFocus();
    act(() => void adoptDraft(id, "reply", { ...stored("From another machine"), saved_at: "2099-01-01T00:00:00Z" }));
    expect(box()).toHaveValue("From another machine");
  });
});

describe("forwarding", () => {
  const original = (id: string): Message =>
    message(`orig-${id}`, {
      conversation_id: id,
      subject: "Broken lamp",
      text: "It flickers.",
      sender: { value: "ana@example.pt", name: "Ana" },
      to: [{ value: "support@demo.example", name: "" }],
      attachments: [{ id: "photo", name: "lamp.jpg", media_type: "image/jpeg", size: 9, url: "/f" }],
    });

  it("opens a third text with quotation and files, beside the reply, and sends it as what it is", async () => {
    const { id, house } = opened();
    await userEvent.type(screen.getByRole("textbox", { name: "Your reply" }), "Dear Ana");
    const mail = original(id);
    act(() => startForward(mail, quoted(i18n.t, "en", mail, mail.sender ?? undefined)));
    const box = await screen.findByRole("textbox", { name: /forwarded mail/ });
    expect((box as HTMLTextAreaElement).value).toMatch(/From: Ana <ana@example.pt>[\s\S]*It flickers\.$/);
    expect(screen.getByText("lamp.jpg")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Forward" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Check the recipients");
    await userEvent.type(screen.getByRole("textbox", { name: /^To/ }), "workshop@example.org");
    await userEvent.click(screen.getByRole("button", { name: "Cc, Bcc" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Bcc" }), "boss@example.org");
    await userEvent.click(screen.getByRole("button", { name: "Forward" }));
    await waitFor(() => expect(house.of("POST", /messages$/)).toHaveLength(1));
    expect(house.of("POST", /messages$/)[0]?.body).toMatchObject({
      kind: "forward",
      forwards: mail.id,
      then: "stay",
      to: [{ value: "workshop@example.org" }],
      bcc: [{ value: "boss@example.org" }],
      attachment_ids: ["photo"],
    });
    expect(await screen.findByRole("textbox", { name: "Your reply" })).toHaveValue("Dear Ana");
    expect(screen.queryByRole("radio", { name: "Forward" })).toBeNull();
  });

  it("loses nothing when another mail is forwarded too, and leaves when discarded", async () => {
    const { id } = opened();
    act(() => startForward(original(id), "first quotation"));
    await userEvent.type(await screen.findByRole("textbox", { name: /forwarded mail/ }), " and my words");
    const other = message(`other-${id}`, { conversation_id: id });
    act(() => startForward(other, "second quotation"));
    expect(readDraft(id, "forward")).toMatchObject({ forwards: other.id });
    expect(readDraft(id, "forward").text).toMatch(/first quotation and my words\n\nsecond quotation$/);
    act(() => dropDraft(id, "forward"));
    expect(await screen.findByRole("textbox", { name: "Your reply" })).toBeVisible();
  });
});

describe("who else writes here", () => {
  it("is told where one begins to write", () => {
    const { id } = opened();
    const bob = { id: "bob", name: "Bob" };
    act(() => putItem(item(id, { viewers: [{ user: bob, doing: "note" }] })));
    expect(screen.getByRole("status")).toHaveTextContent("Bob is writing a note");
    act(() => putItem(item(id, { version: 2, viewers: [{ user: bob, doing: "viewing" }] })));
    expect(screen.queryByText(/Bob is writing/)).toBeNull();
  });
});

describe("finding in a long thread", () => {
  it("fetches what is not there yet, and walks from the newest to older ones and round", async () => {
    const house = new House().open();
    const all = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) =>
        message(`f${from + n}`, {
          conversation_id: "long",
          at: `2026-11-22T10:00:${String(from + n).padStart(2, "0")}Z`,
        }),
      );
    house.on("GET", /messages$/, ({ query }) => {
      if (query.get("cursor") === "b") return { body: { items: all(0, 10), next_cursor: null } };
      if (query.get("cursor") === "a") return { body: { items: all(10, 20), next_cursor: "b" } };
      return { body: { items: all(20, 30), next_cursor: "a" } };
    });
    house.on("GET", /search$/, () => ({ body: { items: [{ id: "f25" }, { id: "f3" }], more: false } }));
    await loadNewest("long");
    openFind("long");
    show(<FindBar id="long" />);
    await userEvent.type(screen.getByRole("searchbox", { name: "Find in this conversation" }), "lamp");
    expect(await screen.findByText("1 of 2")).toBeVisible();
    expect(threadOf("long").ids).not.toContain("f3");
    await userEvent.keyboard("{Enter}");
    expect(await screen.findByText("2 of 2")).toBeVisible();
    await waitFor(() => expect(threadOf("long").ids).toContain("f3"));
    await waitFor(() => expect(find.get()?.state).toBe("idle"));
    act(() => step(1));
    expect(await screen.findByText("1 of 2")).toBeVisible();
    await userEvent.keyboard("{Escape}");
    expect(find.get()).toBeNull();
  });

  it("marks words in every script, and takes what is typed as it stands", () => {
    expect(parts("The LAMP and a lamp", "lamp")).toEqual(["The ", "LAMP", " and a ", "lamp", ""]);
    expect(parts("我要退款。", "退款")).toEqual(["我要", "退款", "。"]);
    expect(parts("1+1=2 (two)", "(two)")).toEqual(["1+1=2 ", "(two)", ""]);
    expect(parts("two\n  words", "two words")).toEqual(["", "two\n  words", ""]);
    expect(parts("text", "")).toEqual(["text"]);
  });
});

describe("a new mail", () => {
  it("keeps its words when the layer is closed, until it is thrown away", () => {
    openMail("me", { to: "a@example.org" });
    changeMail("me", { text: "Half a sent" });
    const { key } = newMail.get() ?? {};
    newMail.set(null);
    openMail("me", { continues: null });
    expect(newMail.get()).toMatchObject({ text: "Half a sent", to: "a@example.org", key });
    forgetMail("me");
    openMail("me");
    expect(newMail.get()).toMatchObject({ text: "", to: "" });
    expect(newMail.get()?.key).not.toBe(key);
    forgetMail("me");
  });
});

afterAll(() => session.set({ state: "none", user: null }));
