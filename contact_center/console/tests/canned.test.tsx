import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import type { FilledReply } from "../src/types";
import { Composer } from "../src/views/composer/Composer";
import { firstMark, fitting, slashAt } from "../src/views/composer/canned";
import { House, panel, show } from "./house";

const reply = (shortcut: string, text: string, change: Partial<FilledReply> = {}): FilledReply => ({
  id: shortcut,
  name: `Name ${shortcut}`,
  shortcut,
  language: "en",
  text,
  missing: [],
  ...change,
});
const ALL = [reply("hello", "Hello Ana"), reply("help", "For ⟦company⟧, soon.", { missing: ["customer.company"] })];

let conversation = 0;
function opened() {
  conversation += 1;
  const id = `canned${conversation}`;
  const house = new House().open();
  house.on("PUT", /draft$/, () => ({ body: {} })).on("DELETE", /draft$/, () => ({ status: 204 }));
  house.on("GET", /canned-replies$/, () => ({ body: { items: ALL, next_cursor: null } }));
  show(<Composer id={id} panel={panel(id)} pane={createRef()} onNext={() => undefined} />);
  return house;
}
const box = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Your reply" });

describe("the slash", () => {
  it("is a word of its own that ends at the caret", () => {
    expect(slashAt("Hi /he", 6)).toEqual({ at: 3, query: "he" });
    expect(slashAt("您好　/问", 5)).toEqual({ at: 3, query: "问" });
    expect(slashAt("and/or", 6)).toBeNull();
    expect(slashAt("https://a", 9)).toBeNull();
    expect(slashAt("/he said", 8)).toBeNull();
  });

  it("finds what begins so before what only holds it", () => {
    const other = reply("shell", "x");
    expect(fitting([other, ...ALL], "HEL")).toEqual([...ALL, other]);
    expect(firstMark("a ⟦b⟧ c")).toEqual({ from: 2, to: 5 });
  });
});

describe("canned replies in the composer", () => {
  it("are inserted with a slash, arrows and Enter, in the place of the slash", async () => {
    opened();
    await userEvent.type(box(), "Dear all, /hel");
    await screen.findByRole("listbox", { name: "Canned replies" });
    await userEvent.keyboard("{ArrowDown}{ArrowUp}{Enter}");
    expect(box()).toHaveValue("Dear all, Hello Ana");
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("are not sent while something that nobody knows is still marked in them", async () => {
    const house = opened();
    await userEvent.type(box(), "/help");
    await screen.findByRole("listbox");
    await userEvent.keyboard("{Enter}");
    expect(box()).toHaveValue("For ⟦company⟧, soon.");
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText(/Fill in what is marked/)).toBeVisible();
    expect(house.of("POST", /messages$/)).toHaveLength(0);
    await waitFor(() => expect(box().selectionStart).toBe(4));
    await userEvent.keyboard("Lind AB");
    expect(box()).toHaveValue("For Lind AB, soon.");
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(house.of("POST", /messages$/)).toHaveLength(1));
  });

  it("stay away on Escape, and leave Enter to an input method that is composing", async () => {
    opened();
    await userEvent.type(box(), "/he");
    await screen.findByRole("listbox");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 229 });
    expect(box()).toHaveValue("/he");
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(box()).toHaveFocus();
    await userEvent.keyboard("l");
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("are found behind their button, whatever word of theirs is remembered", async () => {
    opened();
    await userEvent.type(box(), "Start ");
    await userEvent.click(screen.getByRole("button", { name: "Insert a canned reply" }));
    await userEvent.type(await screen.findByRole("searchbox"), "ana");
    await userEvent.click(await screen.findByRole("option", { name: /Name hello/ }));
    expect(box()).toHaveValue("Start Hello Ana");
  });
});
