import { toHtml, toPlain } from "../src/views/knowledge/plain";

describe("articles as plain text", () => {
  it("keeps paragraphs, points, headings and addresses on the way to HTML and back", () => {
    const text = "# Sizes\n\nTake E27 <b>.\nSee https://a.example/x?y=1.\n\n- Warm & white\n- Cold";
    expect(toHtml(text)).toBe(
      '<h2>Sizes</h2><p>Take E27 &lt;b&gt;.<br>See <a href="https://a.example/x?y=1">https://a.example/x?y=1</a>.</p>' +
        "<ul><li>Warm &amp; white</li><li>Cold</li></ul>",
    );
    expect(toPlain(toHtml(text))).toBe(text);
  });

  it("reads what was written elsewhere", () => {
    expect(toPlain("<div><h1>A</h1><p>b <i>c</i></p></div>tail")).toBe("# A\n\nb c\n\ntail");
    expect(toHtml("  \n ")).toBe("");
  });
});
