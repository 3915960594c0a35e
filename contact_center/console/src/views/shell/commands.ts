// What the palette can do, in the words of the screen: places, views of the list, oneself, and the conversation that is open.
import type { TFunction } from "i18next";
import { setPresence } from "../../connection";
import { initials } from "../../pinyin";
import { recordComplaint } from "../../store/complaints";
import { entities } from "../../store/entities";
import { openFind } from "../../store/find";
import { openMail } from "../../store/newMail";
import { may } from "../../store/session";
import { selectWorklist } from "../../store/worklist";
import type { Me, View, WorkItem } from "../../types";
import { type Deed, doAll } from "../inbox/bulk";
import { takeNext } from "./takeNext";

export interface Command {
  id: string;
  name: string;
  hint: string;
  run: () => unknown;
}

export interface Surroundings {
  t: TFunction;
  user: Me;
  /** The conversation that is open, if one is. */
  open: string | null;
  go: (path: string) => void;
  help: () => void;
}

const VIEWS: View[] = ["mine", "team", "unassigned", "snoozed", "all"];
const STATES = ["available", "away", "offline"] as const;
const DEEDS: [Exclude<Deed["verb"], "assign" | "snooze">, string][] = [
  ["resolve", "thread.resolve"],
  ["requeue", "thread.requeue"],
  ["unread", "bulk.unread"],
];

function ofConversation({ t, user, open }: Surroundings): Command[] {
  const item = open ? entities.get<WorkItem>("conversation", open) : undefined;
  if (!item) return [];
  const hint = item.customer.name;
  const deeds = DEEDS.map(([verb, key]) => ({ id: verb, name: t(key), hint, run: () => doAll([item.id], { verb }) }));
  const find = { id: "find", name: t("find.label"), hint, run: () => openFind(item.id) };
  const complaint = { id: "complaint", name: t("complaint.record"), hint, run: () => recordComplaint(item.id) };
  return [...deeds, find, ...(may(user, "complaints.write") ? [complaint] : [])];
}

function ofPlaces({ t, user, go }: Surroundings): Command[] {
  const places = [
    { path: "/queues", name: t("nav.queues"), right: "queues.live" },
    { path: "/wallboard", name: t("wall.title"), right: "reports.read" },
    { path: "/knowledge", name: t("nav.knowledge"), right: "kb.read" },
    { path: "/reports", name: t("nav.reports"), right: "reports.read" },
    { path: "/admin", name: t("nav.admin"), right: "settings.read" },
    { path: "/account", name: t("nav.account"), right: null },
  ].filter(({ right }) => right === null || may(user, right));
  const views = VIEWS.map((view) => ({
    id: `view-${view}`,
    name: t(`view.${view}`),
    hint: t("nav.inbox"),
    run: () => {
      go("/");
      selectWorklist({ view, channel: null });
    },
  }));
  return [
    ...views,
    ...places.map(({ path, name }) => ({ id: path, name, hint: t("palette.go"), run: () => go(path) })),
  ];
}

function ofMyself(around: Surroundings): Command[] {
  const { t, user, help } = around;
  const states = STATES.map((state) => ({
    id: state,
    name: t(`presence.${state}`),
    hint: t("palette.presence"),
    run: () => setPresence(state, null, false),
  }));
  const next = { id: "next", name: t("list.takeNext"), hint: t("nav.inbox"), run: () => takeNext(t, around.go) };
  const write = {
    id: "write",
    name: t("newMail.title"),
    hint: t("palette.write"),
    run: () => openMail(user.id, { continues: null }),
  };
  const writes = user.agent && may(user, "conversations.write") ? [write] : [];
  const keys = { id: "keys", name: t("keys.title"), hint: t("palette.show"), run: help };
  return user.agent && may(user, "offers.own") ? [next, ...writes, ...states, keys] : [...writes, keys];
}

/** Everything that can be done here and now. */
export const commandsOf = (around: Surroundings): Command[] => [
  ...ofConversation(around),
  ...ofMyself(around),
  ...ofPlaces(around),
];

const folded = (text: string) => text.normalize("NFKC").toLowerCase();

/** Those in which every typed word is found, Chinese ones also by their initials. */
export function matching(all: Command[], query: string): Command[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return all.filter((each) =>
    words.every((word) => folded(`${each.name} ${each.hint} ${initials(each.name)}`).includes(word)),
  );
}
