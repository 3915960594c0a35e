// A customer of mine wrote and I am not looking: a soft note, and a notification while the tab is hidden. Draws nothing.
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { notify } from "../../attention";
import { blip } from "../../sound";
import { alertsOf } from "../../store/alerts";
import { cameIn } from "../../store/apply";
import { entities } from "../../store/entities";
import { session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Message, WorkItem } from "../../types";

/** Whether it is work in my hands. */
export function isMine(message: Message): boolean {
  const item = entities.get<WorkItem>("conversation", message.conversation_id);
  const me = session.get().user?.agent?.id;
  return me !== undefined && item?.interaction?.agent?.id === me;
}

export function MessageBell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id: open } = useParams({ strict: false });
  const newest = useValue(cameIn);
  const told = useRef<string | null>(newest?.id ?? null);
  useEffect(() => {
    if (!newest || told.current === newest.id) return;
    told.current = newest.id;
    const alerts = alertsOf(session.get().user);
    const looking = !document.hidden && open === newest.conversation_id;
    if (alerts.quiet || looking || !isMine(newest)) return;
    if (alerts.messages) blip(alerts);
    if (!alerts.desktop) return;
    notify({
      title: t("alerts.wrote", { name: newest.author.name ?? "" }),
      body: (newest.visible_text ?? newest.text).replace(/\s+/g, " ").trim().slice(0, 120),
      tag: newest.conversation_id,
      open: () => void navigate({ to: "/c/$id", params: { id: newest.conversation_id } }),
    });
  }, [newest, open, navigate, t]);
  return null;
}
