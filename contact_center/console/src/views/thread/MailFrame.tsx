// HTML of a mail, sanitised by the server, in a frame without scripts. Pictures from elsewhere are blocked until asked for.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../types";

const MAX = 2400;
const SLOW_MS = 8000;

export function MailFrame({ message, onPlain }: { message: Message; onPlain: () => void }) {
  const { t } = useTranslation();
  const [images, setImages] = useState(false);
  const [height, setHeight] = useState(160);
  const [slow, setSlow] = useState(false);
  const loaded = useRef(false);
  const source = `/api/v1/messages/${message.id}/html?images=${images ? 1 : 0}`;
  useEffect(() => {
    loaded.current = false;
    const later = setTimeout(() => setSlow(!loaded.current), SLOW_MS);
    return () => clearTimeout(later);
  }, []);
  // Same-origin without scripts: the page may measure the frame, the mail can do nothing.
  const measure = (frame: HTMLIFrameElement) => {
    loaded.current = true;
    setSlow(false);
    const inside = frame.contentDocument?.documentElement;
    if (inside) setHeight(Math.min(MAX, inside.scrollHeight + 4));
  };
  return (
    <>
      {slow && <p className="muted">{t("mail.slow")}</p>}
      <iframe
        className="mail-frame"
        title={t("mail.frame", { subject: message.subject || t("thread.noSubject") })}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        src={source}
        style={{ height }}
        onLoad={(event) => measure(event.currentTarget)}
      />
      <div className="mail-a">
        {!images && (
          <button type="button" className="link" onClick={() => setImages(true)}>
            {t("mail.images")}
          </button>
        )}
        <button type="button" className="link" onClick={onPlain}>
          {t("mail.plain")}
        </button>
      </div>
    </>
  );
}
