// Calling for attention while an offer rings: the tab's title and icon, a system notification when the tab is hidden.
import { type Sound, startRing, stopRing } from "./sound";

const ICON = (badge: boolean) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#3d63ea"/><path d="M7 18.5c3 0 3-5 6-5s3 5 6 5 3-5 6-5" stroke="#fff" stroke-width="2.6" fill="none" stroke-linecap="round"/>${badge ? '<circle cx="25" cy="7" r="7" fill="#dc3b46"/>' : ""}</svg>`,
  )}`;

let notice: Notification | null = null;

function icon(badge: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = ICON(badge);
}

export function setTitle(text: string, badge: boolean): void {
  document.title = text;
  icon(badge);
}

function notify(title: string, body: string, open: () => void): void {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  notice = new Notification(title, { body, tag: "offer", requireInteraction: true });
  notice.onclick = () => {
    window.focus();
    open();
  };
}

export function startCalling(title: string, body: string, open: () => void, sound: Sound): void {
  notify(title, body, open);
  startRing(sound);
}

export function stopCalling(): void {
  notice?.close();
  notice = null;
  stopRing();
}

/** Asked once, by a click (browsers refuse otherwise). */
export function askToNotify(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}
