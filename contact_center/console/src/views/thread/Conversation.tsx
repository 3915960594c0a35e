// The middle pane: head, what is due, timeline, composer. The composer keeps its own text, so typing draws nothing else.
import { IconClock } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "../../keys";
import { Problem } from "../../parts/Problem";
import { useDue } from "../../parts/Time";
import { typing } from "../../store/apply";
import { entities } from "../../store/entities";
import { find, openFind } from "../../store/find";
import { useValue } from "../../store/value";
import type { Message, WorkItem } from "../../types";
import { Composer } from "../composer/Composer";
import { useForward } from "../composer/useForward";
import { Header } from "./Header";
import { Timeline } from "./Timeline";
import { useConversation, useReading } from "./useConversation";

const FindBar = lazy(() => import("./FindBar").then((module) => ({ default: module.FindBar })));

function DueStrip({ due }: { due: NonNullable<WorkItem["next_due"]> }) {
  const { t } = useTranslation();
  const { tone, text } = useDue(due.at);
  return (
    <div className={`due ${tone}`}>
      <span className="due-l">
        <IconClock size={14} stroke={2} aria-hidden />
        {t(`due.${due.kind}`)}
      </span>
      <b className="num">{text}</b>
    </div>
  );
}

function Typing({ id }: { id: string }) {
  const { t } = useTranslation();
  const typer = useValue(typing)[id];
  if (!typer) return null;
  return (
    <div className="tyl">
      <span className="dots" aria-hidden>
        <i />
        <i />
        <i />
      </span>
      {t("thread.typing", { name: typer.user.name })}
    </div>
  );
}

export function ThreadSkeleton() {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const later = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(later);
  }, []);
  if (!shown) return <div className="tl" />;
  return (
    <div className="tl" aria-busy="true">
      <span className="sr" role="status">
        {t("loading")}
      </span>
      <div className="tl-in sk">
        {[68, 44, 57].map((width) => (
          <i key={width} style={{ height: 54, width: `${width}%` }} />
        ))}
      </div>
    </div>
  );
}

interface Props {
  id: string;
  onBack: () => void;
  onRecord: () => void;
  onNext: () => void;
}

export function Conversation({ id, onBack, onRecord, onNext }: Props) {
  const { t } = useTranslation();
  const { panel, item, thread, panelError, threadError, again } = useConversation(id);
  const pane = useRef<HTMLElement>(null);
  const looking = useValue(find)?.conversation === id;
  const forward = useForward(id);
  const channel = item?.channel;
  useReading(id, thread);
  // Asked again while it is open, the browser's own search comes.
  useKeys({
    ...(looking ? {} : { "ctrl+f": () => openFind(id) }),
    f: () => {
      const newest = thread.ids.findLast((each) => entities.get<Message>("message", each)?.kind === "message");
      const message = newest ? entities.get<Message>("message", newest) : undefined;
      if (message && channel === "email") forward?.(message);
    },
  });
  return (
    <main className="conv" ref={pane} aria-label={item?.subject || t("thread.label")} data-region>
      {item ? (
        <Header item={item} panel={panel} onBack={onBack} onRecord={onRecord} onNext={onNext} />
      ) : (
        <div className="ch" style={{ minHeight: 68 }} />
      )}
      {item?.next_due && <DueStrip due={item.next_due} />}
      {looking && (
        <Suspense>
          <FindBar id={id} />
        </Suspense>
      )}
      {panelError !== null && !panel && <Problem error={panelError} again={again} />}
      {threadError !== null && <Problem error={threadError} again={again} />}
      {thread.loaded ? <Timeline id={id} thread={thread} /> : <ThreadSkeleton />}
      <Typing id={id} />
      {panel && item && <Composer key={id} id={id} panel={panel} pane={pane} onNext={onNext} />}
    </main>
  );
}
