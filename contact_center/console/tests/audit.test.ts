import i18n from "i18next";
import "../src/i18n";
import { inWords, objectName } from "../src/views/admin/audit";

const names = new Map([
  ["s1", "Billing"],
  ["q1", "Orders"],
]);
const words = (value: unknown) => inWords(value, names, i18n.t, "en");

describe("the audit log in words", () => {
  it("names what ids stand for, also inside lists and levels", () => {
    expect(words({ s1: 8 })).toBe("Billing 8");
    expect(words(["q1", "gone"])).toBe("Orders, gone");
  });

  it("says yes, no and nothing", () => {
    expect(words(true)).toBe("yes");
    expect(words([])).toBe("nothing");
    expect(words({ email: null })).toBe("nothing");
    expect(words(0)).toBe("0");
  });

  it("calls a deleted thing as its row does", () => {
    expect(objectName("q1", {}, names)).toBe("Orders");
    expect(objectName("q2", { name: ["Returns", null] }, names)).toBe("Returns");
    expect(objectName(null, {}, names)).toBe("");
  });
});
