// The supervisor's table: what waits where, for how long, who is free; and the waiting work of one queue.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { live } from "../../connection";
import { duration } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { Waited } from "../../parts/Time";
import { queuesChanged } from "../../store/apply";
import { useNow } from "../../store/clock";
import { entities } from "../../store/entities";
import { useEntity } from "../../store/hooks";
import { useValue } from "../../store/value";
import type { Page, QueueLive } from "../../types";
import { Agents } from "./Agents";
import { Waiting } from "./Waiting";

const POLL_MS = 10_000;
const DELAYED_S = 20;
const DEAD_S = 45;

/** Queue figures come by event; the poll finds what no event told and proves that the figures are fresh. */
function useFigures() {
  const found = useQuery({
    queryKey: ["queues", "live"],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<QueueLive>>("/queues/live", { signal });
      for (const each of page.items) entities.put("queue", each.queue.id, each.version, each);
      return page.items.map((each) => each.queue.id);
    },
    refetchInterval: POLL_MS,
    staleTime: 0,
  });
  const ids = found.data;
  const rooms = (ids ?? []).join();
  useEffect(() => {
    const all = rooms === "" ? [] : rooms.split(",").map((id) => `queue:${id}`);
    for (const room of all) void live.join(room);
    return () => {
      for (const room of all) live.leave(room);
    };
  }, [rooms]);
  const { refetch } = found;
  useEffect(() => {
    let later: ReturnType<typeof setTimeout> | null = null;
    const stop = queuesChanged.subscribe(() => {
      later ??= setTimeout(() => {
        later = null;
        void refetch();
      }, 1000);
    });
    return () => {
      stop();
      if (later) clearTimeout(later);
    };
  }, [refetch]);
  return found;
}

function LiveMark({ at }: { at: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const line = useValue(live.line);
  useNow();
  const age = Math.max(0, Math.round((Date.now() - at) / 1000));
  if (line.state === "up" && age < DELAYED_S)
    return (
      <span className="live-mark">
        <span className="dot ok" aria-hidden />
        {t("queues.live")}
      </span>
    );
  return (
    <span className="live-mark warn num" role="status">
      <span className="dot warn" aria-hidden />
      {age < DEAD_S && line.state === "up"
        ? t("queues.delayed", { age: duration(language, age) })
        : t("queues.notLive", { age: duration(language, age) })}
    </span>
  );
}

function QueueRow({ id, selected, onOpen }: { id: string; selected: boolean; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const row = useEntity<QueueLive>("queue", id);
  if (!row) return null;
  return (
    <tr className={selected ? "sel" : ""}>
      <th scope="row" style={{ fontWeight: 400 }}>
        <button
          type="button"
          className="name bare"
          aria-expanded={selected}
          onClick={() => onOpen(id)}
          style={{ fontWeight: 600, fontSize: 14, color: "var(--accent-text)", minHeight: 24 }}
        >
          {row.queue.name}
        </button>
      </th>
      <td className="r num big">{row.waiting}</td>
      <td className="r num">{row.longest ? <Waited since={row.longest.queued_at} /> : t("none")}</td>
      <td className="r num">{row.offered}</td>
      <td className="r num">{row.in_progress}</td>
      <td className="r num">{t("queues.freeOf", { free: row.agents.free, all: row.agents.signed_in })}</td>
    </tr>
  );
}

export function Queues() {
  const { t } = useTranslation();
  const found = useFigures();
  const [open, setOpen] = useState<string | null>(null);
  const line = useValue(live.line);
  const ids = found.data ?? [];
  useEffect(() => {
    document.title = t("app.title", { page: t("nav.queues") });
  }, [t]);
  return (
    <main className={`sheet${line.state === "down" ? " stale" : ""}`} data-region>
      <div className="sheet-h">
        <h1>{t("queues.title")}</h1>
        <span className="grow" />
        {found.dataUpdatedAt > 0 && <LiveMark at={found.dataUpdatedAt} />}
      </div>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      <div className="two">
        <div>
          <div className="card">
            <Scroll label={t("queues.title")}>
              <table className="grid">
                <thead>
                  <tr>
                    <th scope="col">{t("queues.queue")}</th>
                    <th scope="col" className="r">
                      {t("queues.waiting")}
                    </th>
                    <th scope="col" className="r">
                      {t("queues.longest")}
                    </th>
                    <th scope="col" className="r">
                      {t("queues.offered")}
                    </th>
                    <th scope="col" className="r">
                      {t("queues.inProgress")}
                    </th>
                    <th scope="col" className="r">
                      {t("queues.free")}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {ids.map((id) => (
                    <QueueRow
                      key={id}
                      id={id}
                      selected={id === open}
                      onOpen={(next) => setOpen(next === open ? null : next)}
                    />
                  ))}
                </tbody>
              </table>
            </Scroll>
            {found.isSuccess && ids.length === 0 && <p className="empty">{t("queues.none")}</p>}
          </div>
          {open && <Waiting key={open} queueId={open} />}
        </div>
        <Agents />
      </div>
    </main>
  );
}
