// Articles are written as plain text with three marks: an empty line ends a paragraph, "- " begins a point, "# " a heading. What
// the server keeps is HTML, so that an article written elsewhere keeps its form until somebody writes it anew here.
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

const escaped = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const line = (text: string) => escaped(text).replace(ADDRESS, (url) => `<a href="${url}">${url}</a>`);

function block(lines: string[]): string {
  const out: string[] = [];
  let points: string[] = [];
  let words: string[] = [];
  const flush = () => {
    if (points.length > 0) out.push(`<ul>${points.map((each) => `<li>${each}</li>`).join("")}</ul>`);
    if (words.length > 0) out.push(`<p>${words.join("<br>")}</p>`);
    points = [];
    words = [];
  };
  for (const each of lines) {
    if (each.startsWith("# ")) {
      flush();
      out.push(`<h2>${line(each.slice(2))}</h2>`);
    } else if (each.startsWith("- ")) {
      if (words.length > 0) flush();
      points.push(line(each.slice(2)));
    } else {
      if (points.length > 0) flush();
      words.push(line(each));
    }
  }
  flush();
  return out.join("");
}

export function toHtml(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .filter((each) => each !== "")
    .map((each) => block(each.split("\n")))
    .join("");
}

export function toPlain(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const each of page.querySelectorAll("br")) each.replaceWith("\n");
  const blocks: string[] = [];
  const walk = (node: Element) => {
    for (const child of node.childNodes) {
      const text = (child.textContent ?? "").trim();
      if (!(child instanceof Element)) {
        if (text !== "") blocks.push(text);
      } else if (/^(UL|OL)$/.test(child.tagName))
        blocks.push([...child.children].map((item) => `- ${(item.textContent ?? "").trim()}`).join("\n"));
      else if (/^H[1-6]$/.test(child.tagName)) blocks.push(`# ${text}`);
      else if (child.querySelector("p, ul, ol, h1, h2, h3, div, table")) walk(child);
      else if (text !== "") blocks.push(text);
    }
  };
  walk(page.body);
  return blocks.join("\n\n");
}
