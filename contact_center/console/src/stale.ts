// A console that stays open over an upgrade asks for parts that the new version no longer has. Then the page is loaded anew:
// drafts and what waits to be sent are kept by the browser. Never while the line is down, where a reload would leave nothing.
const AGAIN_MS = 60_000;
const PLACE = "cc.reloaded";

/** When a part could not be had: true once the page is on its way to be loaded anew. */
export async function partMissing(reload: () => void, now = Date.now()): Promise<boolean> {
  if (now - Number(sessionStorage.getItem(PLACE) ?? 0) < AGAIN_MS) return false;
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (!answer?.ok) return false;
  sessionStorage.setItem(PLACE, `${now}`);
  reload();
  return true;
}

export function watchParts(): void {
  addEventListener("vite:preloadError", () => void partMissing(() => location.reload()));
}
