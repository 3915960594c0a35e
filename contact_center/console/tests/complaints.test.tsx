import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { toasts } from "../src/parts/toast";
import { closeComplaints, complaintLayer, recordComplaint } from "../src/store/complaints";
import { entities } from "../src/store/entities";
import { offers, ring } from "../src/store/offers";
import { session } from "../src/store/session";
import type { Complaint, ComplaintLine, Me } from "../src/types";
import { ComplaintLayers } from "../src/views/complaints/Layers";
import { Steps } from "../src/views/complaints/Steps";
import { Story } from "../src/views/complaints/Story";
import { Offers } from "../src/views/inbox/Offers";
import { Complaints } from "../src/views/record/Complaints";
import { House, offer, panel, show } from "./house";

const LATE = { id: "late", name: { en: "Delivery", "zh-CN": "物流配送" }, active: true, position: 0, version: 1 };
const BILL = { id: "bill", name: { en: "Billing", "zh-CN": "账单" }, active: true, position: 1, version: 1 };
const GONE = { ...LATE, id: "gone", name: { en: "Retired", "zh-CN": "停用" }, active: false };

const line = (number: number, change: Partial<ComplaintLine> = {}): ComplaintLine => ({
  id: `complaint${number}`,
  number,
  category: LATE,
  severity: "serious",
  state: "recorded",
  open: true,
  text: "Late again",
  recorded_at: "2026-11-12T10:00:00Z",
  conversation_id: "c1",
  repeats: 0,
  version: 1,
  ...change,
});

const whole = (change: Partial<Complaint> = {}): Complaint => ({
  ...line(7),
  customer: { id: "cust", name: "Ana", vip: false, version: 1 },
  ticket: { id: "t", number: 12 },
  channel: "email",
  recorded_by: null,
  acknowledged_at: null,
  resolved_at: null,
  closed_at: null,
  resolution: "",
  outcome: null,
  reopened: 0,
  earlier: 0,
  can: { change: true, acknowledge: true, resolve: false, close: false, reopen: false },
  ...change,
});

const me = (permissions: Me["permissions"]) =>
  session.update((all) => ({ ...all, user: { id: "me", permissions, preferences: {} } as unknown as Me }));

beforeEach(() => {
  closeComplaints();
  offers.set([]);
  toasts.set([]);
  me({ "complaints.write": "queues" });
});

describe("recording a complaint", () => {
  function opened(id: string) {
    const house = new House().open();
    house.on("GET", /complaint-categories$/, () => ({ body: { items: [LATE, BILL, GONE], next_cursor: null } }));
    entities.put("panel", id, 1, panel(id, { complaints: [line(3)] }));
    recordComplaint(id);
    show(<ComplaintLayers />);
    return house;
  }
  const choose = async (name: string) => {
    await userEvent.click(await screen.findByRole("combobox", { name: "About" }));
    await userEvent.click(await screen.findByRole("option", { name, hidden: true }));
  };

  it("tells of an earlier one about the same, and sends what was said", async () => {
    const house = opened("rec1").on("POST", /\/complaints$/, () => ({ status: 201, body: whole() }));
    expect(await screen.findByRole("button", { name: "Record" })).toBeDisabled();
    await choose("Billing");
    expect(screen.queryByText(/Complained about this before/)).toBeNull();
    await choose("Delivery");
    expect(screen.getByText(/Complained about this before: No. 3/)).toBeVisible();
    await userEvent.click(screen.getByRole("radio", { name: "Critical" }));
    await userEvent.type(screen.getByRole("textbox", { name: "What the customer says" }), " It never came ");
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    await waitFor(() => expect(complaintLayer.get()).toBeNull());
    const [call] = house.of("POST", /\/complaints$/);
    expect(call?.body).toEqual({
      conversation_id: "rec1",
      category_id: "late",
      severity: "critical",
      text: "It never came",
    });
    expect(toasts.get()[0]?.text).toBe("Complaint 7 is recorded.");
  });

  it("keeps the words when it was refused, and repeats with the same key when no answer came", async () => {
    let tries = 0;
    const house = opened("rec2").on("POST", /\/complaints$/, () => {
      tries += 1;
      return tries === 1 ? "unreachable" : { status: 201, body: whole() };
    });
    await choose("Delivery");
    await userEvent.type(screen.getByRole("textbox", { name: "What the customer says" }), "Late");
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    await waitFor(() => expect(complaintLayer.get()).toBeNull());
    const keys = house.of("POST", /\/complaints$/).map((call) => call.headers["Idempotency-Key"]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("offers no retired category", async () => {
    opened("rec3");
    await userEvent.click(await screen.findByRole("combobox", { name: "About" }));
    expect(await screen.findAllByRole("option", { hidden: true })).toHaveLength(2);
  });
});

describe("complaints in the record", () => {
  it("stand in the order given, with a warning when one that is open is a repeat", async () => {
    show(<Complaints conversation="c9" lines={[line(9, { repeats: 2 }), line(4, { state: "closed", open: false })]} />);
    expect(screen.getByText("Again about the same: Delivery, 3 times lately")).toBeVisible();
    const [first] = screen.getAllByRole("listitem");
    expect(first).toHaveTextContent("No. 9");
    await userEvent.click(screen.getByRole("button", { name: /No. 4/ }));
    expect(complaintLayer.get()).toEqual({ kind: "detail", complaint: "complaint4" });
    closeComplaints();
    await userEvent.click(screen.getByRole("button", { name: "Record a complaint" }));
    expect(complaintLayer.get()).toEqual({ kind: "record", conversation: "c9" });
  });

  it("say when there are none, and who may only read records none", () => {
    me({});
    show(<Complaints conversation="c9" lines={[]} />);
    expect(screen.getByText("No complaints.")).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("the offer card of a customer who complained", () => {
  it("names the open complaints and their repeats", () => {
    ring(offer("o1", { complaints_open: 4, complaints: [line(9, { repeats: 1 })] }));
    show(<Offers open={() => undefined} />);
    expect(screen.getByRole("article")).toHaveTextContent("4 open complaints");
    expect(screen.getByRole("article")).toHaveTextContent("No. 9: Delivery, Serious");
    expect(screen.getByRole("article")).toHaveTextContent("repeated 2 times");
  });
});

describe("the steps of a complaint", () => {
  it("are those that the server allows; closing asks why", async () => {
    const now = vi.fn();
    const house = new House().open().on("POST", /close$/, () => ({ body: whole({ state: "closed" }) }));
    const can = { change: true, acknowledge: false, resolve: false, close: true, reopen: true };
    show(<Steps complaint={whole({ state: "resolved", can })} changed={now} />);
    expect(screen.getAllByRole("button").map((each) => each.textContent)).toEqual(["Close", "Reopen"]);
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await userEvent.click(screen.getByRole("radio", { name: "All that we can do was done" }));
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(now).toHaveBeenCalledWith(expect.objectContaining({ state: "closed" })));
    expect(house.of("POST", /close$/)[0]?.body).toEqual({ outcome: "exhausted" });
  });

  it("say why one was refused and keep the words", async () => {
    new House().open().on("POST", /resolve$/, () => ({
      status: 409,
      body: { code: "complaint_moved", title: "No", detail: "The complaint's state does not allow this.", status: 409 },
    }));
    const can = { change: true, acknowledge: false, resolve: true, close: false, reopen: false };
    show(<Steps complaint={whole({ can })} changed={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
    await userEvent.type(screen.getByRole("textbox", { name: "What was done" }), "Paid back");
    await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("does not allow this");
    expect(screen.getByRole("textbox")).toHaveValue("Paid back");
  });

  it("are told with who took them and what was said", async () => {
    const items = [
      {
        id: "1",
        step: "recorded",
        at: "2026-11-12T10:00:00Z",
        by: { id: "u", name: "Mei" },
        state: "recorded",
        changes: [],
      },
      {
        id: "2",
        step: "corrected",
        at: "2026-11-12T11:00:00Z",
        by: null,
        state: null,
        changes: [
          { field: "category", before: BILL.name, after: LATE.name },
          { field: "severity", before: "minor", after: "critical" },
        ],
      },
    ];
    new House().open().on("GET", /history$/, () => ({ body: { items, next_cursor: null } }));
    show(<Story id="complaint7" version={2} />);
    expect(await screen.findByText("About: Billing → Delivery")).toBeVisible();
    expect(screen.getByText("How bad: Minor → Critical")).toBeVisible();
    expect(screen.getByText(/Mei/)).toBeVisible();
  });
});
