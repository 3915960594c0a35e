// A message on its way to the server: shown where it will stand. Failed goes red in place; nothing typed is lost.
import { IconAlertTriangle, IconClock, IconCloudOff, IconMail, IconNote } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ClockTime } from "../../parts/Time";
import { readDraft, returnToDraft } from "../../store/drafts";
import { discardOutgoing, type Outgoing, retryOutgoing } from "../../store/outbox";
import { Files } from "./Files";

export function Pending({ outgoing }: { outgoing: Outgoing }) {
  const { t } = useTranslation();
  const { body, state } = outgoing;
  const note = body.kind === "note";
  const Head = note ? IconNote : IconMail;
  const Icon = state === "failed" ? IconAlertTriangle : state === "waiting" ? IconCloudOff : IconClock;
  const back = () => {
    const item = discardOutgoing(body.client_message_id);
    const draft = readDraft(outgoing.conversation, body.kind);
    if (item && draft.text.trim() === "")
      returnToDraft(outgoing.conversation, body.kind, {
        text: body.text,
        to: body.to ?? null,
        cc: body.cc ?? null,
        bcc: body.bcc ?? null,
        forwards: body.forwards ?? null,
        attachments: outgoing.attachments,
      });
  };
  return (
    <article className={`mail out${state === "failed" ? " fail" : ""}`} aria-label={t(`pending.${state}`)}>
      <div className="mail-h" style={{ cursor: "default" }}>
        <span className="mail-i">
          <Head size={15} stroke={1.8} aria-hidden />
        </span>
        <span className="mail-c">
          <b>{note ? t("note.title") : t("pending.you")}</b>
        </span>
        <ClockTime at={outgoing.at} />
      </div>
      <div className="mail-b">
        <div className="mail-text">{body.text}</div>
        <Files files={outgoing.attachments} />
      </div>
      <div className={`deliv${state === "failed" ? " bad" : ""}`} role="status">
        <Icon size={14} stroke={2} aria-hidden />
        <span>{t(`pending.${state}`)}</span>
        {outgoing.problem && <span>{outgoing.problem}</span>}
        {state !== "sending" && (
          <>
            <button type="button" onClick={() => void retryOutgoing(body.client_message_id)}>
              {t("delivery.retry")}
            </button>
            <button type="button" onClick={back}>
              {t("delivery.discard")}
            </button>
          </>
        )}
      </div>
    </article>
  );
}
