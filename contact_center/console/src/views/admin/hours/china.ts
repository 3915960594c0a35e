// The holidays of mainland China and the weekends worked to make up for them, as the State Council announced them on 4 November 2025.
import type { DayException } from "../../../types";

interface Holiday {
  name: string;
  from: string;
  to: string;
  worked: string[];
}

const YEAR_2026: Holiday[] = [
  { name: "元旦", from: "2026-01-01", to: "2026-01-03", worked: ["2026-01-04"] },
  { name: "春节", from: "2026-02-15", to: "2026-02-23", worked: ["2026-02-14", "2026-02-28"] },
  { name: "清明节", from: "2026-04-04", to: "2026-04-06", worked: [] },
  { name: "劳动节", from: "2026-05-01", to: "2026-05-05", worked: ["2026-05-09"] },
  { name: "端午节", from: "2026-06-19", to: "2026-06-21", worked: [] },
  { name: "中秋节", from: "2026-09-25", to: "2026-09-27", worked: [] },
  { name: "国庆节", from: "2026-10-01", to: "2026-10-07", worked: ["2026-09-20", "2026-10-10"] },
];
const DAY = 86_400_000;
const MONDAY = 0;

function days(from: string, to: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) found.push(new Date(at).toISOString().slice(0, 10));
  return found;
}

/** The year's days on top of those entered already, which stay as they are; worked weekends keep Monday's times. */
export function withChina2026(entered: DayException[]): DayException[] {
  const known = new Set(entered.map((day) => day.date));
  const added = YEAR_2026.flatMap((holiday): DayException[] => [
    ...days(holiday.from, holiday.to).map((date) => ({ date, name: holiday.name, like: null, spans: [] })),
    ...holiday.worked.map((date) => ({ date, name: `${holiday.name}调休`, like: MONDAY, spans: [] })),
  ]);
  return [...entered, ...added.filter((day) => !known.has(day.date))].sort((one, other) =>
    one.date < other.date ? -1 : 1,
  );
}
