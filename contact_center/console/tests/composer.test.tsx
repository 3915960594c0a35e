import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { readDraft } from "../src/store/drafts";
import { entities } from "../src/store/entities";
import { discardOutgoing, outbox, retryOutgoing } from "../src/store/outbox";
import { addMessage, loadNewest } from "../src/store/threads";
import { parseAddresses, writeAddresses } from "../src/views/composer/addresses";
import { Composer } from "../src/views/composer/Composer";
import { Pending } from "../src/views/thread/Pending";
import { House, message, panel, show } from "./house";

let conversation = 0;
const composer = (id: string) => (
  <Composer key={id} id={id} panel={panel(id)} pane={createRef()} onNext={() => undefined} />
);
const box = () => screen.getByRole("textbox", { name: /Your reply|Internal note/ });

function opened() {
  conversation += 1;
  const id = `conv${conversation}`;
  const house = new House().open();
  house.on("PUT", /draft$/, () => ({ body: {} })).on("DELETE", /draft$/, () => ({ status: 204 }));
  house.on("POST", /messages$/, ({ body }) => {
    const sent = body as { client_message_id: string; text: string };
    return {
      status: 201,
      body: message(`m-${sent.client_message_id}`, {
        conversation_id: id,
        direction: "out",
        text: sent.text,
        client_message_id: sent.client_message_id,
      }),
    };
  });
  return { id, house, view: show(composer(id)) };
}

describe("the composer", () => {
  beforeEach(() => {
    entities.clear();
    outbox.set([]);
  });

  it("keeps a text for each mode: switching while typing mixes nothing", async () => {
    const { id } = opened();
    await userEvent.type(box(), "For the customer");
    await userEvent.click(screen.getByRole("radio", { name: "Internal note" }));
    expect(box()).toHaveValue("");
    await userEvent.type(box(), "Only for us");
    await userEvent.click(screen.getByRole("radio", { name: "Reply" }));
    expect(box()).toHaveValue("For the customer");
    expect(readDraft(id, "note").text).toBe("Only for us");
  });

  it("keeps a text for each conversation", async () => {
    const { id, view } = opened();
    await userEvent.type(box(), "Text for A");
    view.unmount();
    const other = show(composer(`${id}-other`));
    expect(box()).toHaveValue("");
    other.unmount();
    show(composer(id));
    expect(box()).toHaveValue("Text for A");
  });

  it("keeps every key in the browser at once and on the server soon after", async () => {
    const { id, house } = opened();
    await userEvent.type(box(), "Hello");
    expect(readDraft(id, "reply").text).toBe("Hello");
    const mine = new RegExp(`/${id}/draft$`);
    await waitFor(() => expect(house.of("PUT", mine)).toHaveLength(1), { timeout: 3000 });
    expect(house.of("PUT", mine)[0]?.body).toMatchObject({ mode: "reply", text: "Hello" });
    expect(await screen.findByText("Draft saved")).toBeVisible();
  });

  it("sends with Ctrl+Enter and waits for the customer by default", async () => {
    const { house } = opened();
    await userEvent.type(box(), "Answer{Control>}{Enter}{/Control}");
    await waitFor(() => expect(house.of("POST", /messages$/)).toHaveLength(1));
    expect(house.of("POST", /messages$/)[0]?.body).toMatchObject({
      kind: "reply",
      text: "Answer",
      then: "wait",
      to: [{ value: "ana@example.pt" }],
    });
    expect(box()).toHaveValue("");
    await waitFor(() => expect(outbox.get()).toEqual([]));
  });

  it("sends nothing while an input method composes", async () => {
    const { house } = opened();
    await userEvent.type(box(), "ni");
    fireEvent.keyDown(box(), { key: "Enter", ctrlKey: true, isComposing: true });
    fireEvent.keyDown(box(), { key: "Enter", ctrlKey: true, keyCode: 229 });
    expect(house.of("POST", /messages$/)).toEqual([]);
    expect(box()).toHaveValue("ni");
  });

  it("adds a note without touching the work", async () => {
    const { house } = opened();
    await userEvent.click(screen.getByRole("radio", { name: "Internal note" }));
    await userEvent.type(box(), "Between us");
    await userEvent.click(screen.getByRole("button", { name: "Add note" }));
    await waitFor(() => expect(house.of("POST", /messages$/)[0]?.body).toMatchObject({ kind: "note", then: "stay" }));
    expect(house.of("POST", /messages$/)[0]?.body).not.toHaveProperty("to");
  });

  it("refuses an empty text and a recipient without an address, and loses nothing", async () => {
    const { house } = opened();
    await userEvent.click(screen.getByRole("button", { name: "Send and wait" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Write something first.");
    await userEvent.type(box(), "Words");
    await userEvent.type(screen.getByRole("textbox", { name: /^To/ }), ", nobody");
    await userEvent.click(screen.getByRole("button", { name: "Send and wait" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Check the recipients");
    expect(box()).toHaveValue("Words");
    expect(house.of("POST", /messages$/)).toEqual([]);
  });

  it("shows first what a colleague posted meanwhile", async () => {
    const { id, house } = opened();
    house.on("GET", /messages$/, () => ({ body: { items: [], next_cursor: null } }));
    await act(() => loadNewest(id));
    await userEvent.type(box(), "My answer");
    const at = new Date(Date.now() + 5000).toISOString();
    act(() =>
      addMessage(
        message("other", {
          conversation_id: id,
          direction: "out",
          at,
          text: "I answered already",
          author: { kind: "agent", id: "bob", name: "Bob" },
        }),
      ),
    );
    await userEvent.click(screen.getByRole("button", { name: "Send and wait" }));
    expect(screen.getByRole("alert")).toHaveTextContent("I answered already");
    expect(house.of("POST", /messages$/)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Send anyway" }));
    await waitFor(() => expect(house.of("POST", /messages$/)).toHaveLength(1));
  });

  it("fails in place; Retry sends the same message under the same id", async () => {
    const { house } = opened();
    let broken = true;
    house.on("POST", /messages$/, ({ body }) => {
      if (broken)
        return { status: 422, body: { title: "No", code: "invalid", status: 422, detail: "The mailbox refuses." } };
      const sent = body as { client_message_id: string };
      return { status: 201, body: message("stored", { client_message_id: sent.client_message_id, direction: "out" }) };
    });
    await userEvent.type(box(), "Answer{Control>}{Enter}{/Control}");
    await waitFor(() => expect(outbox.get()[0]).toMatchObject({ state: "failed", problem: "The mailbox refuses." }));
    const item = outbox.get()[0];
    if (!item) throw new Error("nothing waits");
    show(<Pending outgoing={item} />);
    expect(screen.getByText("Not sent.")).toBeVisible();
    broken = false;
    await act(() => retryOutgoing(item.body.client_message_id));
    const ids = house
      .of("POST", /messages$/)
      .map((call) => (call.body as { client_message_id: string }).client_message_id);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
    expect(outbox.get()).toEqual([]);
  });

  it("queues while the line is down and gives the text back when discarded", async () => {
    const { id, house } = opened();
    house.on("POST", /messages$/, () => "unreachable");
    await userEvent.type(box(), "Later{Control>}{Enter}{/Control}");
    await waitFor(() => expect(outbox.get()[0]?.state).toBe("waiting"));
    const item = outbox.get()[0];
    if (!item) throw new Error("nothing waits");
    show(<Pending outgoing={item} />);
    await userEvent.click(screen.getByRole("button", { name: "Discard" }));
    expect(readDraft(id, "reply").text).toBe("Later");
    expect(discardOutgoing(item.body.client_message_id)).toBeNull();
  });
});

describe("addresses", () => {
  it("are read as people write them", () => {
    const { good, bad } = parseAddresses('Ana <ana@example.pt>; bob@example.org，"Li, Wei" <x>');
    expect(good).toEqual([
      { value: "ana@example.pt", name: "Ana" },
      { value: "bob@example.org", name: "" },
    ]);
    expect(bad.length).toBeGreaterThan(0);
    expect(writeAddresses(good)).toBe("Ana <ana@example.pt>, bob@example.org");
  });
});
