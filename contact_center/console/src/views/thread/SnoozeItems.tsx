// When it should come back: a few usual moments, told with their exact time.
import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import { serverNow } from "../../store/clock";
import type { WorkItem } from "../../types";
import { snooze } from "./work";

function at(days: number, hour: number): Date {
  const day = new Date(serverNow());
  day.setDate(day.getDate() + days);
  day.setHours(hour, 0, 0, 0);
  return day;
}

/** The usual moments to bring work back: name and time. */
export function choices(): [string, Date][] {
  const now = new Date(serverNow());
  const toMonday = (8 - now.getDay()) % 7 || 7;
  return [
    ["hour", new Date(now.getTime() + 3_600_000)],
    ["hours", new Date(now.getTime() + 3 * 3_600_000)],
    ["tomorrow", at(1, 9)],
    ["monday", at(toMonday, 9)],
  ];
}

export function SnoozeItems({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <>
      {item.snoozed_until && <Menu.Item onClick={() => void snooze(item, null)}>{t("snooze.wake")}</Menu.Item>}
      {choices().map(([name, until]) => (
        <Menu.Item
          key={name}
          rightSection={<span className="muted num">{dateTime(language, until.getTime())}</span>}
          onClick={() => void snooze(item, until)}
        >
          {t(`snooze.${name}`)}
        </Menu.Item>
      ))}
    </>
  );
}
