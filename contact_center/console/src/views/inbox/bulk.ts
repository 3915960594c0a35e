// One verb for many conversations: each is its own call with its own rights and its own refusal, a few at a time.
import { api, Problem } from "../../api";
import { loadPanel } from "../../connection";
import i18n from "../../i18n";
import { toast } from "../../parts/toast";
import { worklistChanged } from "../../store/apply";
import { entities } from "../../store/entities";
import { clearMarks } from "../../store/marked";
import { Value } from "../../store/value";
import type { WorkItem } from "../../types";

export type Deed =
  | { verb: "assign"; agent_id: string }
  | { verb: "snooze"; until: Date }
  | { verb: "resolve" }
  | { verb: "unread" }
  | { verb: "requeue" };

export interface Refusal {
  id: string;
  name: string;
  why: string;
}

export interface Outcome {
  deed: Deed;
  done: number;
  refused: Refusal[];
}

const AT_ONCE = 4;
/** What the last deed could not do, until it is put away. */
export const outcome = new Value<Outcome | null>(null);

async function one(item: WorkItem, deed: Deed): Promise<void> {
  const path = `/conversations/${item.id}`;
  if (deed.verb === "assign") await api.post(`${path}/assign`, { agent_id: deed.agent_id });
  else if (deed.verb === "snooze") await api.post(`${path}/snooze`, { until: deed.until.toISOString() });
  else if (deed.verb === "requeue") await api.post(`${path}/assign`, { agent_id: null });
  else if (deed.verb === "unread") {
    await api.delete(`${path}/read`);
    entities.change<WorkItem>("conversation", item.id, (now) => ({ ...now, unread: Math.max(now.unread, 1) }));
  } else if (item.interaction) await api.post(`/interactions/${item.interaction.id}/close`, { result: "resolved" });
  else throw new Problem({ title: i18n.t("bulk.nothingOpen"), status: 409, code: "nothing_open" });
}

const why = (error: unknown) =>
  error instanceof Problem && !error.offline ? error.message : i18n.t("problem.unreachable");

/** Does it to each; what was refused stays told until it is put away, the rest is a toast. */
export async function doAll(ids: string[], deed: Deed): Promise<Outcome> {
  const waiting = ids.flatMap((id) => entities.get<WorkItem>("conversation", id) ?? []);
  const refused: Refusal[] = [];
  let done = 0;
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      try {
        await one(item, deed);
        done += 1;
      } catch (error) {
        refused.push({ id: item.id, name: item.customer.name, why: why(error) });
      }
      if (entities.get("panel", item.id)) void loadPanel(item.id).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const result = { deed, done, refused };
  outcome.set(refused.length > 0 ? result : null);
  if (done > 0) toast(i18n.t(`bulk.done.${deed.verb}`, { count: done }));
  clearMarks();
  worklistChanged.update((n) => n + 1);
  return result;
}
