// An e-mail: one line when closed; sender, recipients, text or its HTML, and files when open. The newest starts open.
import { IconChevronDown, IconChevronUp, IconMail, IconPaperclip } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { listOf } from "../../format";
import { useLanguage } from "../../i18n";
import { ClockTime } from "../../parts/Time";
import { parts, useLooked, Words } from "../../parts/Words";
import type { Address, Message } from "../../types";
import { useForward } from "../composer/useForward";
import { DeliveryLine } from "./DeliveryLine";
import { Files } from "./Files";
import { MailFrame } from "./MailFrame";

const BAD = new Set(["failed", "failed_permanently", "bounced", "unknown"]);
const names = (all: Address[]) => all.map((each) => each.name || each.value);

function Body({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [chosenWhole, setWhole] = useState(false);
  const [html, setHtml] = useState(false);
  const { q, here } = useLooked(message.id);
  const forward = useForward(message.conversation_id);
  const short = message.visible_text ?? message.text;
  const hidden = short.trim() !== message.text.trim();
  // What is looked for may stand in the quotation, or behind the design.
  useEffect(() => {
    if (here) setHtml(false);
  }, [here]);
  const whole = chosenWhole || (here && hidden && parts(short, q).length === 1);
  return (
    <>
      {html ? (
        <MailFrame message={message} onPlain={() => setHtml(false)} />
      ) : (
        <div className="mail-text">
          <Words text={whole ? message.text : short} q={q} />
        </div>
      )}
      <div className="mail-a">
        {!html && hidden && (
          <button type="button" className="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? t("mail.hideQuoted") : t("mail.showQuoted")}
          </button>
        )}
        {message.html && !html && (
          <button type="button" className="link" onClick={() => setHtml(true)}>
            {t("mail.showHtml")}
          </button>
        )}
        {forward && (
          <button type="button" className="link fwd" onClick={() => forward(message)}>
            {t("mail.forward")}
          </button>
        )}
      </div>
      <Files files={message.attachments.filter((file) => !file.inline)} />
    </>
  );
}

export function Mail({ message, startsOpen }: { message: Message; startsOpen: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const { here } = useLooked(message.id);
  useEffect(() => {
    if (here) setChosen(true);
  }, [here]);
  const open = chosen ?? startsOpen;
  const out = message.direction === "out";
  const files = message.attachments.filter((file) => !file.inline).length;
  const failed = message.delivery !== null && BAD.has(message.delivery.state);
  const to = listOf(language, names(message.to));
  const short = (message.visible_text ?? message.text).replace(/\s+/g, " ").trim();
  const sender = message.author.name || t(`author.${message.author.kind}`);
  return (
    <article
      className={`mail ${out ? "out" : "in"}${failed ? " fail" : ""}${here ? " looked" : ""}`}
      data-message={message.id}
      aria-label={t("mail.label", { name: sender })}
    >
      <button type="button" className="mail-h" aria-expanded={open} onClick={() => setChosen(!open)}>
        <span className="mail-i">
          <IconMail size={15} stroke={1.8} aria-hidden />
        </span>
        <span className="mail-c">
          <b>{sender}</b>
          {message.forwards && <span className="pill">{t("mail.forwarded")}</span>}
          <span>{open ? t("mail.to", { to }) : short || message.subject}</span>
          {open && message.cc.length > 0 && <span>{t("mail.cc", { cc: listOf(language, names(message.cc)) })}</span>}
          {open && message.bcc.length > 0 && (
            <span>{t("mail.bcc", { bcc: listOf(language, names(message.bcc)) })}</span>
          )}
        </span>
        {files > 0 && (
          <span className="muted num" style={{ fontSize: 12 }}>
            <IconPaperclip size={13} aria-hidden /> {files}
            <span className="sr">{t("mail.files", { count: files })}</span>
          </span>
        )}
        <ClockTime at={message.at} />
        {open ? <IconChevronUp size={15} aria-hidden /> : <IconChevronDown size={15} aria-hidden />}
      </button>
      {open && (
        <div className="mail-b">
          <Body message={message} />
        </div>
      )}
      {message.delivery && <DeliveryLine message={message} />}
    </article>
  );
}
