// Opening a conversation: join its room first, then fetch; tell that we look at it; mark what was seen as read.
import { useCallback, useEffect, useState } from "react";
import { api } from "../../api";
import { live, loadPanel } from "../../connection";
import { entities } from "../../store/entities";
import { useEntity } from "../../store/hooks";
import { loadNewest, type Thread, threadOf } from "../../store/threads";
import type { ConversationPanel, Message, WorkItem } from "../../types";

export interface Opened {
  panel: ConversationPanel | undefined;
  item: WorkItem | undefined;
  thread: Thread;
  panelError: unknown;
  threadError: unknown;
  again: () => void;
}

export function useConversation(id: string): Opened {
  const panel = useEntity<ConversationPanel>("panel", id);
  const item = useEntity<WorkItem>("conversation", id);
  const thread = useEntity<Thread>("thread", id) ?? threadOf(id);
  const [panelError, setPanelError] = useState<unknown>(null);
  const [threadError, setThreadError] = useState<unknown>(null);
  const load = useCallback(
    async (signal?: AbortSignal) => {
      setPanelError(null);
      setThreadError(null);
      const record = loadPanel(id, signal).catch((error: unknown) => signal?.aborted || setPanelError(error));
      const messages = loadNewest(id, signal).catch((error: unknown) => signal?.aborted || setThreadError(error));
      await Promise.all([record, messages]);
    },
    [id],
  );
  useEffect(() => {
    const control = new AbortController();
    const room = `conversation:${id}`;
    void live.join(room).then(() => {
      live.viewing(id, "viewing");
      return control.signal.aborted ? undefined : load(control.signal);
    });
    return () => {
      control.abort();
      live.viewing(null, "viewing");
      live.leave(room);
    };
  }, [id, load]);
  // What one may do and the record follow the conversation: fetched again when its version moves on.
  const version = item?.version;
  const known = panel?.version;
  useEffect(() => {
    if (version === undefined || known === undefined || version <= known) return;
    const later = setTimeout(() => void loadPanel(id).catch(() => undefined), 250);
    return () => clearTimeout(later);
  }, [id, version, known]);
  return { panel, item, thread, panelError, threadError, again: () => void load() };
}

/** Says that everything up to the newest message was read, when the tab is looked at. */
export function useReading(id: string, thread: Thread): void {
  const newest = thread.ids.findLast((each) => entities.get<Message>("message", each)?.direction === "in");
  useEffect(() => {
    if (!newest) return;
    const read = () => {
      const unread = entities.get<WorkItem>("conversation", id)?.unread ?? 0;
      if (document.hidden || unread === 0) return;
      entities.change<WorkItem>("conversation", id, (item) => ({ ...item, unread: 0 }));
      void api.post(`/conversations/${id}/read`, { up_to_message_id: newest }).catch(() => undefined);
    };
    const later = setTimeout(read, 600);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearTimeout(later);
      document.removeEventListener("visibilitychange", read);
    };
  }, [id, newest]);
}
