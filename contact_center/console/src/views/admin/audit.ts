// The audit log in people's words: names for ids, "yes" for true, nothing for what was not there before.
import type { TFunction } from "i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import type { Language } from "../../types";
import { useLists } from "./list";

type Names = ReadonlyMap<string, string>;

interface Named {
  id?: string;
  agent_id?: string | null;
  name: string | Partial<Record<Language, string>>;
}

const LISTS = [
  "/users",
  "/agents",
  "/teams",
  "/skills",
  "/queues",
  "/business-hours",
  "/channel-accounts",
  "/triage-rules",
  "/wrap-up-codes",
  "/presence-reasons",
  "/complaint-categories",
  "/canned-replies",
] as const;

/** The present names of everything that settings speak of, by id. What was deleted has none. */
export function useNames(): Names {
  const language = useLanguage();
  const lists = useLists<Named>(LISTS);
  const names = new Map<string, string>();
  for (const each of lists.flatMap((list) => list.data?.items ?? [])) {
    const name = typeof each.name === "string" ? each.name : (each.name[language] ?? each.name.en);
    for (const id of [each.id, each.agent_id]) if (id && name) names.set(id, name);
  }
  return names;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const AT_MOST = 120;

/** A value of a setting, in words. */
export function inWords(value: unknown, names: Names, t: TFunction, language: Language): string {
  const words = (each: unknown): string => {
    if (each === null || each === undefined || each === "") return t("admin.audit.nothing");
    if (typeof each === "boolean") return t(each ? "admin.audit.yes" : "admin.audit.no");
    if (typeof each === "string") return names.get(each) ?? (TIME.test(each) ? dateTime(language, each) : each);
    if (Array.isArray(each)) return each.length === 0 ? t("admin.audit.nothing") : join(each.map(words));
    if (typeof each !== "object") return String(each);
    const pairs = Object.entries(each).filter(([, inner]) => inner !== null);
    return pairs.length === 0
      ? t("admin.audit.nothing")
      : join(pairs.map(([key, inner]) => `${names.get(key) ?? key} ${words(inner)}`));
  };
  const join = (parts: string[]) => parts.join(t("admin.audit.and"));
  const text = words(value);
  return text.length > AT_MOST ? `${text.slice(0, AT_MOST - 1)}…` : text;
}

/** What an audited thing is called: as it is called now, or as the row itself says. */
export function objectName(id: string | null, changes: Record<string, unknown>, names: Names): string {
  const known = id === null ? undefined : names.get(id);
  if (known) return known;
  const pair = changes.name;
  const name = Array.isArray(pair) ? (pair[1] ?? pair[0]) : pair;
  return typeof name === "string" ? name : "";
}
