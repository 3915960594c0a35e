import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { offers, refreshOffers, ring } from "../src/store/offers";
import { Offers } from "../src/views/inbox/Offers";
import { House, offer, show } from "./house";

const Opened = () => {
  const [open, setOpen] = useState("");
  return (
    <>
      <Offers open={setOpen} />
      <output>{open}</output>
    </>
  );
};

describe("the offer card", () => {
  beforeEach(() => offers.set([]));

  it("says who, where, why and how long it still rings", () => {
    ring(offer("a1"));
    show(<Opened />);
    expect(screen.getByRole("article")).toHaveTextContent("王晓敏");
    expect(screen.getByRole("article")).toHaveTextContent("You have been free the longest");
    expect(screen.getByText(/Goes to the next agent in/)).toBeVisible();
  });

  it("opens the conversation once accepted, and accepts only once", async () => {
    const house = new House().open();
    house.on("POST", /accept$/, () => ({ body: { assignment: { conversation_id: "conv-9" } } }));
    ring(offer("a2"));
    show(<Opened />);
    await userEvent.dblClick(screen.getByRole("button", { name: /Accept/ }));
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("conv-9"));
    expect(house.of("POST", /accept$/)).toHaveLength(1);
    expect(house.calls[0]?.headers["Idempotency-Key"]).toBeTruthy();
    expect(screen.queryByRole("article")).not.toBeInTheDocument();
  });

  it("turns grey with the reason when somebody else was faster", async () => {
    new House().open().on("POST", /accept$/, () => ({
      status: 409,
      body: {
        code: "offer_gone",
        title: "Gone",
        status: 409,
        current: { state: "accepted", by: { id: "u", name: "Bob" } },
      },
    }));
    ring(offer("a3"));
    show(<Opened />);
    await userEvent.click(screen.getByRole("button", { name: /Accept/ }));
    expect(await screen.findByText("Taken by Bob")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Accept/ })).not.toBeInTheDocument();
  });

  it("keeps ringing when the server cannot be reached", async () => {
    new House().open().on("POST", /decline$/, () => "unreachable");
    ring(offer("a4"));
    show(<Opened />);
    await userEvent.click(screen.getByRole("button", { name: /Decline/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent("cannot be reached");
    expect(screen.getByRole("button", { name: /Accept/ })).toBeEnabled();
  });

  it("is declined with one press without a reason, or with one of a short list", async () => {
    const house = new House().open();
    house.on("POST", /decline$/, () => ({ status: 204 }));
    ring(offer("a5"));
    ring(offer("a6"));
    show(<Opened />);
    await userEvent.click(screen.getAllByRole("button", { name: /Decline/ })[0] as HTMLElement);
    await waitFor(() => expect(house.of("POST", /a5\/decline$/)).toHaveLength(1));
    await userEvent.click(await screen.findByRole("button", { name: "Say why not" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Not my topic" }));
    await waitFor(() => expect(screen.queryByRole("article")).not.toBeInTheDocument());
    expect(house.of("POST", /decline$/).map((call) => call.body)).toEqual([{}, { reason: "not_my_topic" }]);
  });

  it("stacks the oldest on top, three at most", async () => {
    const made = ["d1", "d2", "d3", "d4", "d5"].map((id, index) =>
      offer(id, {
        customer: { id, name: `Name ${id}`, vip: false, version: 1 },
        offered_at: new Date(Date.now() - index * 1000).toISOString(),
      }),
    );
    new House().open().on("GET", /offers$/, () => ({ body: { items: made, next_cursor: null } }));
    await refreshOffers();
    show(<Opened />);
    expect(screen.getAllByRole("article").map((each) => each.getAttribute("aria-label"))).toEqual(
      ["d5", "d4", "d3"].map((id) => `Offer: Name ${id}, Billing`),
    );
    expect(screen.getByText("2 more offers")).toBeVisible();
  });
});
