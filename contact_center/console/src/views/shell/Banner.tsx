// What everybody must know before working on: the line is down (and what that means), and that sounds are still locked.
import { IconBell, IconPlugConnectedX, IconVolumeOff, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { askToNotify, permission } from "../../attention";
import { live } from "../../connection";
import { soundReady, testSound } from "../../sound";
import { alertsOf, changeAlerts } from "../../store/alerts";
import { session } from "../../store/session";
import { useValue } from "../../store/value";

export function OfflineBanner() {
  const { t } = useTranslation();
  const line = useValue(live.line);
  if (line.state !== "down") return null;
  return (
    <div className="off" role="status">
      <IconPlugConnectedX size={17} stroke={1.9} aria-hidden />
      {t("offline.title")}
      <span>{t("offline.text")}</span>
      <span className="grow" />
      <button type="button" className="mini" onClick={() => live.retry()}>
        {t("offline.again")}
      </button>
    </div>
  );
}

/** Beside the search, where its coming and going moves nothing that somebody may be about to click. */
export function SoundButton() {
  const { t } = useTranslation();
  const ready = useValue(soundReady);
  if (ready || !("AudioContext" in window)) return null;
  const enable = () => testSound(alertsOf(session.get().user));
  return (
    <button type="button" className="mini hush" title={t("sound.text")} aria-label={t("sound.enable")} onClick={enable}>
      <IconVolumeOff size={15} stroke={1.9} aria-hidden />
      <span className="wide">{t("sound.enable")}</span>
    </button>
  );
}

/** Asked once, with words that say what for, when sounds are settled; "not now" is remembered, the account page asks again. */
export function NotifyButton() {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const sounds = useValue(soundReady);
  const [answer, setAnswer] = useState(permission());
  const { asked, desktop, quiet } = alertsOf(user);
  if (answer !== "default" || asked || !desktop || quiet || !sounds) return null;
  const later = () => void changeAlerts({ asked: true }).catch(() => undefined);
  return (
    <span className="ask">
      <button
        type="button"
        className="mini"
        title={t("alerts.askText")}
        onClick={() => void askToNotify().then((now) => (now === "default" ? later() : setAnswer(now)))}
      >
        <IconBell size={15} stroke={1.9} aria-hidden />
        <span className="wide">{t("alerts.ask")}</span>
      </button>
      <button type="button" className="bare" aria-label={t("alerts.notNow")} onClick={later}>
        <IconX size={14} aria-hidden />
      </button>
    </span>
  );
}
