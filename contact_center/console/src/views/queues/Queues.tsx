// The supervisor's table: what waits where, for how long, who is free; and the waiting work of one queue.
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { live } from "../../connection";
import { duration } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { Waited } from "../../parts/Time";
import { entities } from "../../store/entities";
import { useEntity } from "../../store/hooks";
import type { Page, QueueLive, QueueWaits } from "../../types";
import { Agents } from "./Agents";
import { POLL_MS } from "./freshness";
import { LiveSheet } from "./LiveSheet";
import { useQueueNews } from "./useQueueNews";
import { Waiting } from "./Waiting";

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
  useQueueNews(found.refetch);
  return found;
}

/** Estimated waits change each second, so they are asked for now and then and not told. */
function useWaits() {
  const found = useQuery({
    queryKey: ["queues", "waits"],
    queryFn: ({ signal }) => api.get<Page<QueueWaits>>("/queues/live/waits", { signal }),
    refetchInterval: POLL_MS,
  });
  return new Map((found.data?.items ?? []).map((each) => [each.queue.id, each.channels]));
}

function Estimates({ channels }: { channels: QueueWaits["channels"] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (channels.length === 0) return <>{t("none")}</>;
  return (
    <ul className="plain">
      {channels.map((each) => (
        <li key={each.channel}>
          {t(each.p80_s === 0 ? "queues.atOnce" : "queues.between", {
            channel: t(`channel.${each.channel}`),
            from: duration(language, each.p50_s),
            to: duration(language, each.p80_s),
          })}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  id: string;
  waits: QueueWaits["channels"];
  selected: boolean;
  onOpen: (id: string) => void;
}

function QueueRow({ id, waits, selected, onOpen }: RowProps) {
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
      <td className="r num">
        <Estimates channels={waits} />
      </td>
      <td className="r num">{row.offered}</td>
      <td className="r num">{row.in_progress}</td>
      <td className="r num">{t("queues.freeOf", { free: row.agents.free, all: row.agents.signed_in })}</td>
    </tr>
  );
}

export function Queues() {
  const { t } = useTranslation();
  const found = useFigures();
  const waits = useWaits();
  const { queue: asked } = useSearch({ strict: false });
  const [open, setOpen] = useState<string | null>(asked ?? null);
  const ids = found.data ?? [];
  useEffect(() => {
    document.title = t("app.title", { page: t("nav.queues") });
  }, [t]);
  return (
    <LiveSheet title={t("queues.title")} at={found.dataUpdatedAt}>
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
                    <th scope="col" className="r" title={t("queues.estimateHelp")}>
                      {t("queues.estimate")}
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
                      waits={waits.get(id) ?? []}
                      selected={id === open}
                      onOpen={(next) => setOpen(next === open ? null : next)}
                    />
                  ))}
                </tbody>
              </table>
            </Scroll>
            {found.isLoading && <p className="empty">{t("loading")}</p>}
            {found.isSuccess && ids.length === 0 && <p className="empty">{t("queues.none")}</p>}
          </div>
          {open && <Waiting key={open} queueId={open} />}
        </div>
        <Agents />
      </div>
    </LiveSheet>
  );
}
