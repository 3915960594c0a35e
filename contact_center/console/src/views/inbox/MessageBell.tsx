// A customer of mine wrote and I am not looking: a soft note, and a notification while the tab is hidden. Draws nothing.
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { notify } from "../../attention";
import { blip } from "../../sound";
import { alertsOf } from "../../store/alerts";
import { entities } from "../../store/entities";
import { session } from "../../store/session";
import { cameIn } from "../../store/threads";
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
  const ring = useRef<(message: Message) => void>(() => undefined);
  ring.current = (message) => {
    const alerts = alertsOf(session.get().user);
    const looking = !document.hidden && open === message.conversation_id;
    if (alerts.quiet || looking || !isMine(message)) return;
    if (alerts.messages) blip(alerts);
    if (!alerts.desktop) return;
    notify({
      title: t("alerts.wrote", { name: message.author.name ?? "" }),
      body: (message.visible_text ?? message.text).replace(/\s+/g, " ").trim().slice(0, 120),
      tag: message.conversation_id,
      open: () => void navigate({ to: "/c/$id", params: { id: message.conversation_id } }),
    });
  };
  useEffect(() => cameIn.subscribe(() => ring.current(cameIn.get() as Message)), []);
  return null;
}
