import { chord, sendKey } from "../src/keys";

const key = (init: KeyboardEventInit & { keyCode?: number }) => {
  const event = new KeyboardEvent("keydown", init);
  if (init.keyCode) Object.defineProperty(event, "keyCode", { value: init.keyCode });
  return event;
};

describe("the send key", () => {
  it("sends with Ctrl+Enter, also with Cmd, and resolves with Shift", () => {
    expect(sendKey(key({ key: "Enter", ctrlKey: true }), false)).toBe("send");
    expect(sendKey(key({ key: "Enter", metaKey: true }), false)).toBe("send");
    expect(sendKey(key({ key: "Enter", ctrlKey: true, shiftKey: true }), false)).toBe("resolve");
  });

  it("sends with Enter alone only where the channel says so", () => {
    expect(sendKey(key({ key: "Enter" }), false)).toBeNull();
    expect(sendKey(key({ key: "Enter" }), true)).toBe("send");
    expect(sendKey(key({ key: "Enter", shiftKey: true }), true)).toBeNull();
  });

  it("never sends while an input method composes", () => {
    expect(sendKey(key({ key: "Enter", isComposing: true }), true)).toBeNull();
    expect(sendKey(key({ key: "Enter", ctrlKey: true, isComposing: true }), false)).toBeNull();
    expect(sendKey(key({ key: "Enter", keyCode: 229 }), true)).toBeNull();
  });
});

describe("chords", () => {
  it("match Alt by the physical key, because Option types characters on a Mac", () => {
    expect(chord(key({ key: "å", code: "KeyA", altKey: true }))).toBe("alt+a");
    expect(chord(key({ key: "?", shiftKey: true }))).toBe("?");
    expect(chord(key({ key: "E", shiftKey: true }))).toBe("shift+e");
    expect(chord(key({ key: "k", metaKey: true }))).toBe("ctrl+k");
  });
});
