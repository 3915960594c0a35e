// Times on the screen. Only these read the one-second tick, so a timer re-draws itself and nothing around it.
import { useTranslation } from "react-i18next";
import { clockTime, dateTime, duration, shortWhen, timer } from "../format";
import { useLanguage } from "../i18n";
import { useMinute, useNow } from "../store/clock";

const seconds = (ms: number) => Math.floor(ms / 1000);

/** Counts up from a moment: 42:10. */
export function Since({ at }: { at: string | number }) {
  return <span className="num">{timer(seconds(useNow() - new Date(at).getTime()))}</span>;
}

/** How long something waits, in words of the language: 18m, 1h 20m. */
export function Waited({ since }: { since: string | number }) {
  return <>{duration(useLanguage(), seconds(useNow() - new Date(since).getTime()))}</>;
}

export function When({ at }: { at: string }) {
  const language = useLanguage();
  const now = useMinute();
  return (
    <time className="num" dateTime={at} title={dateTime(language, at)}>
      {shortWhen(language, at, now)}
    </time>
  );
}

export function ClockTime({ at }: { at: string }) {
  const language = useLanguage();
  return (
    <time className="num" dateTime={at} title={dateTime(language, at)}>
      {clockTime(language, at)}
    </time>
  );
}

export type Due = "calm" | "warn" | "bad";

/** What is owed next: its words and how urgent it is (amber in the last hour, red when past). */
export function useDue(at: string): { tone: Due; text: string } {
  const { t } = useTranslation();
  const language = useLanguage();
  const left = seconds(new Date(at).getTime() - useNow());
  if (left < 0) return { tone: "bad", text: t("due.overdue", { time: duration(language, -left) }) };
  return { tone: left < 3600 ? "warn" : "calm", text: t("due.left", { time: duration(language, left) }) };
}
