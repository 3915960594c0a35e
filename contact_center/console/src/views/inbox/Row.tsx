// One work item: three fixed lines in 80 px, so that the virtual list is exact. Drawn again only when its entity changes.
import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconDots,
  IconEye,
  IconFlame,
  IconPencil,
  IconStarFilled,
} from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../parts/Avatar";
import { useDue, When } from "../../parts/Time";
import { typing } from "../../store/apply";
import { readDraft } from "../../store/drafts";
import { useEntity } from "../../store/hooks";
import { session } from "../../store/session";
import { useValue } from "../../store/value";
import type { WorkItem } from "../../types";

function Due({ due }: { due: NonNullable<WorkItem["next_due"]> }) {
  const { tone, text } = useDue(due.at);
  const Icon = tone === "bad" ? IconFlame : IconClock;
  return (
    <span className={`sla num ${tone}`}>
      <Icon size={12} stroke={2} aria-hidden />
      {text}
    </span>
  );
}

function Line2({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  const typer = useValue(typing)[item.id];
  if (typer) return <span className="typing">{t("list.typing", { name: typer.user.name })}</span>;
  const draft = !item.failed_send && item.has_draft;
  const mine = draft ? drafted(item.id) : null;
  return (
    <>
      {item.failed_send && (
        <span className="failed">
          <IconAlertTriangle size={12} aria-hidden /> {t("list.failed")}
        </span>
      )}
      {draft && <span className="draft">{t("list.draft")}</span>}
      {!mine && item.preview && item.preview.direction !== "in" && (
        <span className="mine">
          {item.preview.direction === "note" ? t("list.note") : t("list.us", { name: authorOf(item, t("list.you")) })}
        </span>
      )}
      <span className="tx">{mine ?? (item.preview?.text || item.subject)}</span>
    </>
  );
}

/** What was begun here; null when it was written on another machine, whose copy comes with the conversation. */
function drafted(id: string): string | null {
  return readDraft(id, "reply").text.trim() || readDraft(id, "note").text.trim() || null;
}

function authorOf(item: WorkItem, you: string): string {
  const author = item.preview?.author;
  return author && author.id !== session.get().user?.id ? author.name : you;
}

function Others({ item }: { item: WorkItem }) {
  const me = session.get().user?.id;
  const first = item.viewers
    .filter((each) => each.user.id !== me)
    .sort((a, b) => Number(b.doing !== "viewing") - Number(a.doing !== "viewing"))[0];
  if (!first) return null;
  const Icon = first.doing === "viewing" ? IconEye : IconPencil;
  return (
    <span className="seen-by">
      <Icon size={12} stroke={2} aria-hidden />
      {first.user.name}
    </span>
  );
}

interface Props {
  id: string;
  top: number;
  place: number;
  total: number;
  selected: boolean;
  cursor: boolean;
  marked: boolean;
  /** Rows are being marked: what is selected is what is marked. */
  marking: boolean;
  press: (id: string, how: { ctrl: boolean; shift: boolean }) => void;
  ask: (id: string, x: number, y: number) => void;
}

export const Row = memo(function Row({ id, top, place, total, selected, cursor, marked, marking, press, ask }: Props) {
  const { t } = useTranslation();
  const item = useEntity<WorkItem>("conversation", id);
  if (!item) return null;
  const queue = item.interaction?.queue;
  const classes = ["row", selected && "on", cursor && "cur", marked && "marked", item.unread > 0 && "unread"]
    .filter(Boolean)
    .join(" ");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys belong to the listbox, which holds the one tab stop
    <div
      id={`row-${id}`}
      role="option"
      tabIndex={-1}
      aria-selected={marking ? marked : selected}
      aria-current={selected ? "true" : undefined}
      aria-posinset={place}
      aria-setsize={total}
      className={classes}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => press(id, { ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey })}
      onContextMenu={(event) => {
        event.preventDefault();
        ask(id, event.clientX, event.clientY);
      }}
    >
      {/* For the mouse only: an option may hold no buttons; the keyboard marks with X and opens the menu with Shift+F10. */}
      <span
        className="row-mark"
        aria-hidden
        onClick={(event) => {
          event.stopPropagation();
          press(id, { ctrl: true, shift: event.shiftKey });
        }}
      >
        {marked && <IconCheck size={13} stroke={2.6} />}
      </span>
      <Avatar name={item.customer.name} channel={item.channel} />
      <div className="row-c">
        <div className="row-1">
          <span className="nm">{item.customer.name}</span>
          {item.customer.vip && <IconStarFilled size={11} className="vip" role="img" aria-label={t("vip")} />}
          {item.last_message_at && <When at={item.last_message_at} />}
        </div>
        <div className="row-2">
          <Line2 item={item} />
        </div>
        <div className="row-3">
          {item.next_due && <Due due={item.next_due} />}
          {queue && <span className="tag">{queue.name}</span>}
          <Others item={item} />
          <span className="grow" />
          <span
            className="row-more"
            aria-hidden
            onClick={(event) => {
              event.stopPropagation();
              ask(id, event.clientX, event.clientY);
            }}
          >
            <IconDots size={15} />
          </span>
          {item.unread > 0 && (
            <span className="un num">
              <span aria-hidden>{item.unread > 9 ? "9+" : item.unread}</span>
              <span className="sr">{t("list.unread", { count: item.unread })}</span>
            </span>
          )}
        </div>
      </div>
    </div>
  );
});
