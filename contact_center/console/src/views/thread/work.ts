// What one does to the work itself: each a single call, the answer told by a toast, the store follows by events.

import { api, Problem } from "../../api";
import { loadPanel } from "../../connection";
import i18n from "../../i18n";
import { toast } from "../../parts/toast";
import { worklistChanged } from "../../store/apply";
import type { WorkItem } from "../../types";

async function doing(item: WorkItem, path: string, body: unknown, done: string): Promise<boolean> {
  try {
    await api.post(path, body);
    toast(i18n.t(done));
    worklistChanged.update((n) => n + 1);
    void loadPanel(item.id).catch(() => undefined);
    return true;
  } catch (error) {
    const words = error instanceof Problem && !error.offline ? error.message : i18n.t("problem.unreachable");
    toast(words, "bad");
    return false;
  }
}

const interaction = (item: WorkItem, verb: string) => `/interactions/${item.interaction?.id}/${verb}`;

export const take = (item: WorkItem) => doing(item, interaction(item, "take"), {}, "done.taken");
export const resolve = (item: WorkItem) =>
  doing(item, interaction(item, "close"), { result: "resolved" }, "done.resolved");
export const requeue = (item: WorkItem) => doing(item, interaction(item, "requeue"), { front: true }, "done.requeued");
export const snooze = (item: WorkItem, until: Date | null) =>
  doing(
    item,
    `/conversations/${item.id}/snooze`,
    { until: until?.toISOString() ?? null },
    until ? "done.snoozed" : "done.woken",
  );
export const transfer = (item: WorkItem, body: { queue_id?: string; agent_id?: string; note?: string }) =>
  doing(item, interaction(item, "transfer"), body, "done.transferred");
export const wrapUp = (item: WorkItem, body: { code_id: string; note?: string }) =>
  doing(item, interaction(item, "wrap-up"), body, "done.wrappedUp");
