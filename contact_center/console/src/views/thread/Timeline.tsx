// One stream of messages, notes and events. Older pages load upward without a jump; at the bottom it follows the news.
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { Fragment, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { dayHeading } from "../../format";
import { useLanguage } from "../../i18n";
import { useMinute } from "../../store/clock";
import { entities } from "../../store/entities";
import { useEntity } from "../../store/hooks";
import { type Outgoing, outbox } from "../../store/outbox";
import { loadOlder, type Thread } from "../../store/threads";
import { useValue } from "../../store/value";
import type { Message, WorkItem } from "../../types";
import { Bubble } from "./Bubble";
import { EventLine } from "./EventLine";
import { Mail } from "./Mail";
import { Note } from "./Note";
import { Pending } from "./Pending";

const NEAR = 60;

const Entry = memo(function Entry({ id, channel, newest }: { id: string; channel: string; newest: boolean }) {
  const message = useEntity<Message>("message", id);
  if (!message) return null;
  if (message.kind === "event") return <EventLine message={message} />;
  if (message.kind === "note") return <Note message={message} />;
  if (channel === "email") return <Mail message={message} startsOpen={newest} />;
  return <Bubble message={message} />;
});

function DayHeading({ at }: { at: string }) {
  const language = useLanguage();
  return <div className="day">{dayHeading(language, at, useMinute())}</div>;
}

/** Messages that were unread when the conversation was opened begin at this id. */
function useFirstUnread(id: string, thread: Thread): string | null {
  const found = useRef<string | null | undefined>(undefined);
  if (found.current === undefined && thread.loaded) {
    const unread = entities.get<WorkItem>("conversation", id)?.unread ?? 0;
    const incoming = thread.ids.filter((each) => entities.get<Message>("message", each)?.direction === "in");
    found.current = unread > 0 ? (incoming.at(-unread) ?? null) : null;
  }
  return found.current ?? null;
}

const dayOf = (id: string) => new Date(entities.get<Message>("message", id)?.at ?? 0).toDateString();

/** Keeps the place: at the bottom stays at the bottom, anything put in above does not move what is read. */
function useAnchored(id: string, ids: string[], pending: number) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ height: 0, first: "", last: "", follow: true });
  const [missed, setMissed] = useState(0);
  const toEnd = useCallback(() => {
    const node = box.current;
    if (node) node.scrollTop = node.scrollHeight;
    before.current.follow = true;
    setMissed(0);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after each change of what is drawn
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const was = before.current;
    const [first, last] = [ids[0] ?? "", ids.at(-1) ?? ""];
    if (was.follow) node.scrollTop = node.scrollHeight;
    else if (was.first !== "" && first !== was.first) node.scrollTop += node.scrollHeight - was.height;
    else if (last !== was.last) setMissed((n) => n + 1);
    before.current = { ...was, height: node.scrollHeight, first, last };
  }, [id, ids, pending]);
  useEffect(() => {
    const node = box.current;
    const inner = node?.firstElementChild;
    if (!node || !inner || !("ResizeObserver" in window)) return;
    const watch = new ResizeObserver(() => {
      if (before.current.follow) node.scrollTop = node.scrollHeight;
      before.current.height = node.scrollHeight;
    });
    watch.observe(inner);
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  const onScroll = () => {
    const node = box.current;
    if (!node) return;
    before.current.follow = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
    if (before.current.follow) setMissed(0);
  };
  return { box, missed, toEnd, onScroll, follow: () => before.current.follow };
}

export function Timeline({ id, thread }: { id: string; thread: Thread }) {
  const { t } = useTranslation();
  const channel = useEntity<WorkItem>("conversation", id)?.channel ?? "email";
  const all = useValue(outbox);
  const pending = useMemo(() => all.filter((each: Outgoing) => each.conversation === id), [all, id]);
  const unread = useFirstUnread(id, thread);
  const { box, missed, toEnd, onScroll } = useAnchored(id, thread.ids, pending.length);
  const [up, setUp] = useState(false);
  const loading = useRef(false);
  const more = useCallback(async () => {
    if (loading.current) return;
    loading.current = true;
    await loadOlder(id).catch(() => undefined);
    loading.current = false;
  }, [id]);
  const scrolled = () => {
    onScroll();
    const node = box.current;
    if (!node) return;
    setUp(node.scrollHeight - node.scrollTop - node.clientHeight > 300);
    if (node.scrollTop < 200 && thread.older) void more();
  };
  const lastMessage = thread.ids.findLast((each) => entities.get<Message>("message", each)?.kind === "message");
  return (
    <>
      <div
        className="tl"
        ref={box}
        role="log"
        aria-live="polite"
        aria-label={t("thread.log")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
        onScroll={scrolled}
      >
        <div className="tl-in">
          {thread.older && (
            <Button variant="subtle" size="xs" onClick={() => void more()} style={{ alignSelf: "center" }}>
              {t("thread.older")}
            </Button>
          )}
          {thread.ids.map((each, index) => (
            <Fragment key={each}>
              {(index === 0 || dayOf(each) !== dayOf(thread.ids[index - 1] ?? "")) && (
                <DayHeading at={entities.get<Message>("message", each)?.at ?? ""} />
              )}
              {each === unread && <div className="new-mark">{t("thread.new")}</div>}
              <Entry id={each} channel={channel} newest={each === lastMessage} />
            </Fragment>
          ))}
          {pending.map((each) => (
            <Pending key={each.body.client_message_id} outgoing={each} />
          ))}
        </div>
      </div>
      {(up || missed > 0) && (
        <button type="button" className="mini jump" onClick={toEnd}>
          <IconArrowDown size={14} aria-hidden />
          {missed > 0 ? t("thread.jumpNew", { count: missed }) : t("thread.jump")}
        </button>
      )}
    </>
  );
}
