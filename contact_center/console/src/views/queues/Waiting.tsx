// What waits in one queue, oldest first: take it oneself, give it to an agent, or put it back to the front.
import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { Problem, useProblemText } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { Waited } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { useEntity } from "../../store/hooks";
import { session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Interaction, Page, QueueLive } from "../../types";
import { useAgents } from "../thread/useAgents";
import { Explain } from "./Explain";
import { useQueueNews } from "./useQueueNews";

const STATES = ["queued", "offered", "assigned", "scheduled"] as const;

async function waitingIn(queue: string, signal: AbortSignal): Promise<Interaction[]> {
  const pages = await Promise.all(
    STATES.map((state) => api.get<Page<Interaction>>("/interactions", { query: { queue, state, limit: 100 }, signal })),
  );
  return pages
    .flatMap((page) => page.items)
    .sort((a, b) => order(a) - order(b) || ((a.queued_at ?? "") < (b.queued_at ?? "") ? -1 : 1));
}

const order = (each: Interaction) => STATES.indexOf(each.state as (typeof STATES)[number]);

function Actions({ work, onDone }: { work: Interaction; onDone: () => void }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const agents = useAgents();
  const { user } = useValue(session);
  const [busy, setBusy] = useState(false);
  const [explains, setExplains] = useState(false);
  const act = async (run: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await run();
      toast(done);
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
    onDone();
  };
  const path = `/interactions/${work.id}`;
  return (
    <div className="acts">
      <Button size="xs" variant="subtle" onClick={() => setExplains(true)}>
        {t("explain.ask")}
      </Button>
      {explains && <Explain id={work.id} onClose={() => setExplains(false)} />}
      {user?.agent && work.agent?.id !== user.agent.id && (
        <Button
          size="xs"
          variant="default"
          loading={busy}
          onClick={() => void act(() => api.post(`${path}/take`), t("done.taken"))}
        >
          {t("thread.take")}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" disabled={busy}>
            {t("queues.assign")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown style={{ maxHeight: 320, overflowY: "auto" }}>
          {(agents.data?.items ?? []).map((agent) => (
            <Menu.Item
              key={agent.id}
              onClick={() =>
                void act(
                  () => api.post(`/conversations/${work.conversation_id}/assign`, { agent_id: agent.id }),
                  t("done.assigned", { name: agent.name }),
                )
              }
            >
              {t("transfer.agent", { name: agent.name, state: t(`presence.${agent.derived}`) })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {work.state === "assigned" && (
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          onClick={() => void act(() => api.post(`${path}/requeue`, { front: true }), t("done.requeued"))}
        >
          {t("thread.requeue")}
        </Button>
      )}
    </div>
  );
}

export function Waiting({ queueId }: { queueId: string }) {
  const { t } = useTranslation();
  const live = useEntity<QueueLive>("queue", queueId);
  const found = useQuery({
    queryKey: ["waiting", queueId],
    queryFn: ({ signal }) => waitingIn(queueId, signal),
    refetchInterval: 15_000,
  });
  const { refetch } = found;
  useQueueNews(refetch);
  const items = found.data ?? [];
  return (
    <section className="card" aria-label={t("queues.workOf", { name: live?.queue.name ?? "" })}>
      <div className="card-h">
        <h2>{t("queues.workOf", { name: live?.queue.name ?? "" })}</h2>
      </div>
      {found.error && <Problem error={found.error} again={() => void refetch()} />}
      {found.isLoading && <p className="empty">{t("loading")}</p>}
      {found.isSuccess && items.length === 0 && (
        <p className="muted" style={{ padding: "0 16px 14px" }}>
          {t("queues.empty")}
        </p>
      )}
      {items.length > 0 && (
        <Scroll label={t("queues.work")}>
          <table className="grid">
            <thead>
              <tr>
                <th scope="col">{t("queues.work")}</th>
                <th scope="col">{t("queues.state")}</th>
                <th scope="col" className="r">
                  {t("queues.since")}
                </th>
                <th scope="col" className="r">
                  {t("admin.actions")}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((work) => (
                <tr key={work.id}>
                  <td>
                    <span className="who">
                      <span className={`ch-${work.channel}`}>
                        <ChannelIcon channel={work.channel} />
                      </span>
                      <Link to="/c/$id" params={{ id: work.conversation_id }}>
                        {work.subject || t("thread.noSubject")}
                      </Link>
                    </span>
                  </td>
                  <td>
                    <span className="pill">{t(`interaction.${work.state}`)}</span> {work.agent?.name}
                  </td>
                  <td className="r num">{work.queued_at && <Waited since={work.queued_at} />}</td>
                  <td>
                    <Actions work={work} onDone={() => void refetch()} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
