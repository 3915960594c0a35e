// Calling for attention: the tab's title and icon, a system notification when the tab is hidden, sounds. What the user has set
// decides (`store/alerts.ts`); whether the system lets us through (muted, do not disturb) only the system knows.
import { type Sound, startRing, stopRing } from "./sound";

/** What stands in the icon's red mark; null for none. */
export type Badge = string | null;

const ICON = (badge: Badge) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#3d63ea"/><path d="M7 18.5c3 0 3-5 6-5s3 5 6 5 3-5 6-5" stroke="#fff" stroke-width="2.6" fill="none" stroke-linecap="round"/>${
      badge === null
        ? ""
        : `<circle cx="23" cy="9" r="9" fill="#c22834"/><text x="23" y="13.5" font-family="sans-serif" font-size="13" font-weight="700" fill="#fff" text-anchor="middle">${badge}</text>`
    }</svg>`,
  )}`;

let notice: Notification | null = null;

function icon(badge: Badge): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = ICON(badge);
}

export const badgeOf = (count: number): Badge => (count === 0 ? null : count > 9 ? "9+" : String(count));

export function setTitle(text: string, badge: Badge): void {
  document.title = text;
  icon(badge);
}

export interface Notice {
  title: string;
  body: string;
  /** Of several with one tag only the newest stands. */
  tag: string;
  /** Stays until somebody acts. */
  stays?: boolean;
  open: () => void;
}

/** A notification of the system, when nobody looks at this tab and the user allowed it. */
export function notify({ title, body, tag, stays = false, open }: Notice): Notification | null {
  if (!document.hidden || permission() !== "granted") return null;
  const made = new Notification(title, { body, tag, requireInteraction: stays });
  made.onclick = () => {
    window.focus();
    open();
    made.close();
  };
  return made;
}

/** Whether the browser lets us notify; "none" where it cannot. */
export function permission(): NotificationPermission | "none" {
  return "Notification" in window ? Notification.permission : "none";
}

export function startCalling(news: Notice | null, sound: Sound | null): void {
  if (news) notice = notify(news);
  if (sound) startRing(sound);
}

export function stopCalling(): void {
  notice?.close();
  notice = null;
  stopRing();
}

/** Only ever asked by a click on words that say what for; answers what the browser says then. */
export async function askToNotify(): Promise<NotificationPermission | "none"> {
  if (permission() !== "default") return permission();
  return Notification.requestPermission();
}
