// The grouped worklist: view, channel chips, ringing offers, rows. Its order stands still while pointer or focus is inside.
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconCheck, IconChevronDown, IconMoodCheck, IconSortAscending, IconSortDescending } from "@tabler/icons-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { useKeys } from "../../keys";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { Problem, useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { useVirtual } from "../../parts/useVirtual";
import { entities } from "../../store/entities";
import { clearMarks, marked, markTo, toggleMark } from "../../store/marked";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import {
  followWorklist,
  type ListRow,
  type ListState,
  moreOfWorklist,
  refreshWorklist,
  rowsOf,
  selectWorklist,
  sortOf,
  sortWorklist,
  worklist,
} from "../../store/worklist";
import type { AssignmentAnswer, ChannelName, View } from "../../types";
import { BulkBar, BulkOutcome } from "./BulkBar";
import { doAll } from "./bulk";
import { Offers } from "./Offers";
import { Row } from "./Row";
import { type Asked, RowMenu } from "./RowMenu";
import { useFrozen } from "./useFrozen";

const VIEWS: View[] = ["mine", "team", "unassigned", "snoozed", "all"];
const HEAD = 34;
const ROW = 80;

function ViewMenu({ state }: { state: ListState }) {
  const { t } = useTranslation();
  const { view } = state.selection;
  return (
    <div className="list-h">
      <Menu position="bottom-start" width={220}>
        <Menu.Target>
          <button type="button" className="view-b">
            <h1>{t(`view.${view}`)}</h1>
            <IconChevronDown size={16} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {VIEWS.map((each) => (
            <Menu.Item
              key={each}
              aria-current={each === view}
              rightSection={each === view ? <IconCheck size={14} aria-hidden /> : null}
              onClick={() => selectWorklist({ view: each, channel: null })}
            >
              {t(`view.${each}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <SortButton view={view} />
    </div>
  );
}

function SortButton({ view }: { view: View }) {
  const { t } = useTranslation();
  const words = useProblemText();
  useValue(session);
  const oldest = sortOf(view) === "oldest";
  const name = t(oldest ? "list.oldestFirst" : "list.newestFirst");
  const turn = () => sortWorklist(oldest ? "newest" : "oldest");
  return (
    <Tooltip label={name}>
      <ActionIcon
        variant="subtle"
        size={28}
        aria-label={t("list.sort", { now: name })}
        onClick={() => void turn().catch((error: unknown) => toast(words(error), "bad"))}
      >
        {oldest ? <IconSortAscending size={17} aria-hidden /> : <IconSortDescending size={17} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

function Chips({ state }: { state: ListState }) {
  const { t } = useTranslation();
  const found = Object.entries(state.channels) as [ChannelName, number][];
  const chosen = state.selection.channel;
  const all = found.reduce((sum, [, count]) => sum + count, 0);
  return (
    <fieldset className="chips bare" aria-label={t("list.channels")}>
      <button
        type="button"
        className="chip"
        aria-pressed={chosen === null}
        onClick={() => selectWorklist({ channel: null })}
      >
        {t("list.all")}
        <span className="num">{all}</span>
      </button>
      {found.map(([channel, count]) => (
        <button
          key={channel}
          type="button"
          className="chip"
          aria-pressed={chosen === channel}
          aria-label={t("list.channelCount", { channel: t(`channel.${channel}`), count })}
          onClick={() => selectWorklist({ channel: chosen === channel ? null : channel })}
        >
          <ChannelIcon channel={channel} size={14} stroke={1.9} />
          <span className="num">{count}</span>
        </button>
      ))}
    </fieldset>
  );
}

export function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="sk-list" aria-busy="true">
      <span className="sr" role="status">
        {t("loading")}
      </span>
      {[50, 67, 54, 71, 58, 75, 62, 79].map((width) => (
        <div className="sk-row" key={width}>
          <i />
          <div className="sk">
            <i style={{ height: 11, width: `${width}%` }} />
            <i style={{ height: 10, width: `${140 - width}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}

function Empty({ state, open }: { state: ListState; open: (id: string) => void }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const [busy, setBusy] = useState(false);
  const takeNext = async () => {
    setBusy(true);
    try {
      const answer = await api.post<AssignmentAnswer | null>("/offers/next");
      if (answer?.assignment) open(answer.assignment.conversation_id);
      else toast(t("list.nothingToTake"));
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
  };
  const { view, channel, q } = state.selection;
  if (q || channel)
    return (
      <div className="empty">
        <h2>{t("list.noMatch")}</h2>
        <p>{q ? t("list.noMatchText", { q }) : t("list.noMatchChannel")}</p>
      </div>
    );
  return (
    <div className="empty">
      <IconMoodCheck size={34} stroke={1.4} aria-hidden />
      <h2>{view === "mine" ? t("list.caughtUp") : t("list.emptyView")}</h2>
      {view === "mine" && <p>{t("list.caughtUpText")}</p>}
      {view === "mine" && may(session.get().user, "offers.own") && session.get().user?.agent && (
        <Button variant="default" loading={busy} onClick={() => void takeNext()}>
          {t("list.takeNext")}
        </Button>
      )}
    </div>
  );
}

const sizeOf = (row: ListRow | undefined) => (row?.kind === "head" ? HEAD : ROW);

function Rows({
  rows,
  total,
  selected,
  open,
}: {
  rows: ListRow[];
  total: number;
  selected: string | null;
  open: (id: string) => void;
}) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const virtual = useVirtual(rows.length, scroller, (index) => sizeOf(rows[index]));
  const at = cursor ?? selected;
  const marks = useValue(marked);
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = useCallback((id: string, x: number, y: number) => setAsked({ id, x, y }), []);
  const drawnIds = useRef<string[]>([]);
  drawnIds.current = rows.flatMap((row) => (row.kind === "item" ? [row.id] : []));
  const press = useCallback(
    (id: string, { ctrl, shift }: { ctrl: boolean; shift: boolean }) => {
      if (shift) markTo(id, drawnIds.current);
      else if (ctrl) toggleMark(id);
      else open(id);
    },
    [open],
  );
  useKeys({
    x: () => at && toggleMark(at),
    u: () => (marks.size > 0 || at) && void doAll(marks.size > 0 ? [...marks] : [at ?? ""], { verb: "unread" }),
    ...(marks.size > 0 ? { Escape: clearMarks } : {}),
  });
  // Only a row that is drawn may be named: the open conversation can be in another view, or far down.
  const drawn = virtual.rows.some(({ index }) => {
    const row = rows[index];
    return row?.kind === "item" && row.id === at;
  });
  const last = virtual.rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 10) void moreOfWorklist();
  }, [last, rows.length]);
  const move = (step: number) => {
    const items = rows.flatMap((row, index) => (row.kind === "item" ? [{ id: row.id, index }] : []));
    const now = items.findIndex((each) => each.id === at);
    const next = items[Math.min(items.length - 1, Math.max(0, now + step))];
    if (!next) return;
    setCursor(next.id);
    virtual.show(next.index);
  };
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 8,
      PageUp: -8,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === "Enter" && at) open(at);
    else if (at && (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))) {
      const box = document.getElementById(`row-${at}`)?.getBoundingClientRect();
      ask(at, (box?.left ?? 0) + 24, box?.bottom ?? 0);
    } else return;
    event.preventDefault();
  };
  return (
    <div
      className="rows"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={t("list.label")}
      aria-multiselectable={marks.size > 0 || undefined}
      aria-activedescendant={drawn ? `row-${at}` : undefined}
      onKeyDown={onKey}
      onBlur={() => setCursor(null)}
    >
      {asked && <RowMenu asked={asked} open={open} onClose={() => setAsked(null)} />}
      <div className="rows-in" role="presentation" style={{ height: virtual.total }}>
        {virtual.rows.map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          if (row.kind === "head")
            return (
              <div
                key={row.group}
                role="presentation"
                className={`grp ${row.group}`}
                style={{ height: HEAD, transform: `translateY(${start}px)` }}
              >
                <span>{t(`group.${row.group}`)}</span>
                <em className="num">{row.count}</em>
              </div>
            );
          return (
            <Row
              key={row.id}
              id={row.id}
              top={start}
              place={row.place}
              total={total}
              selected={row.id === selected}
              cursor={row.id === cursor}
              marked={marks.has(row.id)}
              marking={marks.size > 0}
              press={press}
              ask={ask}
            />
          );
        })}
      </div>
    </div>
  );
}

export function List({ selected, open }: { selected: string | null; open: (id: string) => void }) {
  const { t } = useTranslation();
  const state = useValue(worklist);
  const [pointer, setPointer] = useState(false);
  const [focused, setFocused] = useState(false);
  useEffect(() => followWorklist(), []);
  const fresh = useMemo(() => rowsOf(state), [state]);
  const key = `${state.selection.view}|${state.selection.channel}|${state.selection.q}|${state.status === "ready"}`;
  const frozen = useFrozen(fresh, key, pointer || focused);
  const total = useMemo(() => frozen.rows.filter((row) => row.kind === "item").length, [frozen.rows]);
  const openRow = useCallback((id: string) => open(id), [open]);
  return (
    <aside className="list" aria-label={t("list.label")} data-region>
      <ViewMenu state={state} />
      <Chips state={state} />
      <BulkBar />
      <BulkOutcome open={open} />
      <Offers open={open} />
      {frozen.updates > 0 && (
        <button type="button" className="mini upd" onClick={frozen.release}>
          {t("list.updates", { count: frozen.updates })}
        </button>
      )}
      {state.status === "loading" && <ListSkeleton />}
      {state.status === "failed" && <Problem error={state.error} again={() => void refreshWorklist()} />}
      {state.status === "ready" && frozen.rows.length === 0 && <Empty state={state} open={open} />}
      {state.status === "ready" && frozen.rows.length > 0 && (
        // biome-ignore lint/a11y/noStaticElementInteractions: only watches whether the list is in use
        <div
          className="rows-hold"
          onPointerEnter={() => setPointer(true)}
          onPointerLeave={() => setPointer(false)}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        >
          <Rows rows={frozen.rows} total={total} selected={selected} open={openRow} />
        </div>
      )}
    </aside>
  );
}

/** The conversation after (or before) the open one, in the order drawn; for J and K. */
export function neighbour(selected: string | null, step: 1 | -1): string | null {
  const ids = rowsOf(worklist.get()).flatMap((row) => (row.kind === "item" ? [row.id] : []));
  const at = selected ? ids.indexOf(selected) : -1;
  const next = ids[at < 0 ? 0 : at + step] ?? null;
  return next && entities.get("conversation", next) ? next : null;
}
