// What everybody must know before working on: the line is down (and what that means), and that sounds are still locked.
import { IconPlugConnectedX, IconVolumeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { askToNotify } from "../../attention";
import { live } from "../../connection";
import { soundReady, testSound } from "../../sound";
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
  const enable = () => {
    testSound({ volume: 0.2 });
    askToNotify();
  };
  return (
    <button type="button" className="mini hush" title={t("sound.text")} aria-label={t("sound.enable")} onClick={enable}>
      <IconVolumeOff size={15} stroke={1.9} aria-hidden />
      <span className="wide">{t("sound.enable")}</span>
    </button>
  );
}
