// Files of a conversation: uploaded before they are sent, fetched with the visitor's token and shown from memory.
import { make } from "./dom";
import type { FileRef } from "./wire";

export const LARGEST = 10 * 1024 * 1024;

export const sized = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export async function upload(file: File, token: string): Promise<FileRef> {
  const body = new FormData();
  body.append("file", file, file.name);
  const answer = await fetch("/public/v1/files", { method: "POST", body, headers: { "X-Visitor-Token": token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function content(file: FileRef, token: string): Promise<string> {
  const answer = await fetch(`/public/v1/files/${file.id}`, { headers: { "X-Visitor-Token": token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return URL.createObjectURL(await answer.blob());
}

/** A picture, or a button that saves. */
export function shown(file: FileRef, token: () => string | null): HTMLElement {
  const name = `${file.name} (${sized(file.size)})`;
  const button = make("button", { type: "button", className: "plain", textContent: name });
  button.onclick = async () => {
    const link = make("a", { href: await content(file, token() ?? ""), download: file.name });
    link.click();
  };
  if (!/^image\/(png|jpeg|gif|webp)$/.test(file.media_type)) return button;
  const box = make("span", {}, button);
  content(file, token() ?? "").then(
    (src) => box.replaceChildren(make("img", { src, alt: file.name })),
    () => undefined,
  );
  return box;
}
