// An internal note: full width, amber, with a bar AND the words, so that nobody takes it for something the customer reads.
import { IconNote } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ClockTime } from "../../parts/Time";
import { useLooked, Words } from "../../parts/Words";
import type { Message } from "../../types";
import { Files } from "./Files";

export function Note({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { q, here } = useLooked(message.id);
  return (
    <article className={`note${here ? " looked" : ""}`} data-message={message.id}>
      <div className="note-h">
        <IconNote size={14} stroke={1.9} aria-hidden />
        <b>{t("note.title")}</b>
        <span>{message.author.name}</span>
        <ClockTime at={message.at} />
      </div>
      <p>
        <Words text={message.text} q={q} />
      </p>
      <Files files={message.attachments} />
    </article>
  );
}
