// Dates, numbers, durations and sizes for people, always by Intl in the language on the screen; never by joining strings.

const cache = new Map<string, unknown>();

function kept<T>(key: string, make: () => T): T {
  const found = cache.get(key) as T | undefined;
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

const DAY = 86_400_000;
const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);

function date(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(`${language}:${name}`, () => new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options }));
}

export function clockTime(language: string, at: string | number): string {
  return date(language, "time", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function dateTime(language: string, at: string | number): string {
  return date(language, "full", { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

export function day(language: string, at: string | number): string {
  return date(language, "day", { year: "numeric", month: "short", day: "numeric" }).format(new Date(at));
}

/** 14:05 today, "yesterday", "12 Nov" this year, with the year before that: the right end of a list row. */
export function shortWhen(language: string, at: string, now: number): string {
  const time = new Date(at).getTime();
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY);
  if (days <= 0) return clockTime(language, at);
  if (days === 1) return relativeDay(language, -1);
  if (new Date(now).getFullYear() === new Date(time).getFullYear())
    return date(language, "month", { month: "short", day: "numeric" }).format(time);
  return day(language, at);
}

function relativeDay(language: string, days: number): string {
  const format = kept(`${language}:rel-auto`, () => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
  const text = format.format(days, "day");
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Heading between the days of a timeline: Today, Yesterday, then the date with its weekday. */
export function dayHeading(language: string, at: string, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(new Date(at).getTime())) / DAY);
  if (days === 0 || days === 1) return relativeDay(language, -days);
  return date(language, "heading", { weekday: "short", year: "numeric", month: "short", day: "numeric" }).format(
    new Date(at),
  );
}

export function ago(language: string, at: string | number, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const format = kept(
    `${language}:rel`,
    () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }),
  );
  const size = Math.abs(seconds);
  if (size < 60) return format.format(seconds, "second");
  if (size < 3600) return format.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86_400), "day");
}

/** The name of a weekday, 0 = Monday. */
export function weekday(language: string, number: number): string {
  const monday = Date.UTC(2024, 0, 1);
  const format = kept(
    `${language}:weekday`,
    () => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }),
  );
  return format.format(monday + number * DAY);
}

const two = (n: number) => String(n).padStart(2, "0");

/** A running timer: 0:38, 42:10, 3:05:12. Digits only, so the same in every language. */
export function timer(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function unit(language: string, value: number, name: string): string {
  const format = kept(
    `${language}:unit:${name}`,
    () => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow" }),
  );
  return format.format(value);
}

/** "18m", "1h 20m", "3d 4h"; under two minutes a running timer. The two largest units only. */
export function duration(language: string, seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return timer(whole);
  const [d, h, m] = [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3600), Math.floor((whole % 3600) / 60)];
  const parts: string[] = [];
  if (d > 0) parts.push(unit(language, d, "day"));
  if (h > 0) parts.push(unit(language, h, "hour"));
  if (m > 0 && d === 0) parts.push(unit(language, m, "minute"));
  const list = kept(`${language}:list`, () => new Intl.ListFormat(language, { style: "narrow", type: "unit" }));
  return list.format(parts);
}

export function number(language: string, value: number): string {
  return kept(`${language}:n`, () => new Intl.NumberFormat(language)).format(value);
}

export function percent(language: string, part: number): string {
  return kept(`${language}:%`, () => new Intl.NumberFormat(language, { style: "percent" })).format(part);
}

export function fileSize(language: string, bytes: number): string {
  const steps = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let [value, step] = [bytes, 0];
  while (value >= 1000 && step < steps.length - 1) [value, step] = [value / 1000, step + 1];
  const name = steps[step] ?? "byte";
  const format = kept(
    `${language}:size:${name}`,
    () =>
      new Intl.NumberFormat(language, {
        style: "unit",
        unit: name,
        unitDisplay: name === "byte" ? "long" : "short",
        maximumFractionDigits: 1,
      }),
  );
  return format.format(value);
}

export function listOf(language: string, names: string[]): string {
  return kept(`${language}:and`, () => new Intl.ListFormat(language, { type: "conjunction" })).format(names);
}

const HAN = /\p{Script=Han}/u;

/** What stands in an avatar: the last two Han characters, else two initials, else # for a number. */
export function initials(name: string): string {
  const text = name.trim();
  if (text === "") return "?";
  if (HAN.test(text))
    return [...text]
      .filter((c) => HAN.test(c))
      .slice(-2)
      .join("");
  if (/^[+\d]/.test(text)) return "#";
  const words = text.split(/[\s._@-]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toLocaleUpperCase();
}

/** A steady hue (0..359) for a name. */
export function hueOf(name: string): number {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 360;
  return sum;
}

/** The name of a language (BCP 47 tag) in the reader's language; Chinese by its script, as people call it, not by country. */
export function languageName(language: string, tag: string): string {
  const names = kept(`${language}:names`, () => new Intl.DisplayNames(language, { type: "language" }));
  return names.of(tag === "zh-CN" ? "zh-Hans" : tag) ?? tag;
}
