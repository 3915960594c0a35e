import i18n from "i18next";
import en from "../src/locale/en.json";
import zh from "../src/locale/zh-CN.json";

function flat(tree: object, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${prefix}${key}`, value] as [string, string]]
      : flat(value as object, `${prefix}${key}.`),
  );
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]).sort();
const base = (key: string) => key.replace(/_(zero|one|other)$/, "");

describe("the catalogues", () => {
  it("have the same texts in both languages", () => {
    const keys = (tree: object) => [...new Set(flat(tree).map(([key]) => base(key)))].sort();
    expect(keys(zh)).toEqual(keys(en));
  });

  it("name the same places in both", () => {
    const chinese = new Map(flat(zh));
    for (const [key, text] of flat(en))
      if (chinese.has(key)) expect([key, places(chinese.get(key) ?? "")]).toEqual([key, places(text)]);
  });

  it("hold every text that the sources ask for", () => {
    const sources = import.meta.glob("../src/**/*.{ts,tsx}", {
      query: "?raw",
      import: "default",
      eager: true,
    }) as Record<string, string>;
    const asked = Object.values(sources).flatMap((text) =>
      [...text.matchAll(/\bt\(\s*"([^"]+)"/g)].map((found) => found[1] ?? ""),
    );
    expect(asked.length).toBeGreaterThan(200);
    const missing = asked.filter((key) => !i18n.exists(key) && !i18n.exists(key, { count: 2 }));
    expect(missing).toEqual([]);
  });
});
