// What became of an outgoing message: state by icon and word; failed in place with the reason, Retry and Discard; held with Undo.
import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconHourglass } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { ago } from "../../format";
import { useLanguage } from "../../i18n";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { useNow } from "../../store/clock";
import { takeBack } from "../../store/held";
import { keepMessage } from "../../store/threads";
import type { Delivery, Message } from "../../types";

const ICONS: Partial<Record<Delivery["state"], typeof IconCheck>> = {
  held: IconHourglass,
  queued: IconClock,
  sending: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
};
const BAD = new Set<Delivery["state"]>(["failed", "failed_permanently", "bounced", "unknown"]);

function NextTry({ at }: { at: string }) {
  const { t } = useTranslation();
  return <span>{t("delivery.next", { when: ago(useLanguage(), at, useNow()) })}</span>;
}

export function DeliveryLine({ message }: { message: Message }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const [busy, setBusy] = useState(false);
  const delivery = message.delivery;
  if (!delivery) return null;
  const bad = BAD.has(delivery.state);
  const Icon = ICONS[delivery.state] ?? IconAlertTriangle;
  const act = async (verb: "retry" | "discard" | "undo") => {
    setBusy(true);
    try {
      if (verb === "undo") await takeBack(message);
      else keepMessage(await api.post<Message>(`/messages/${message.id}/${verb}`));
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
  };
  return (
    <div className={`deliv${bad ? " bad" : ""}`}>
      <Icon size={14} stroke={2} aria-hidden className={delivery.state === "read" ? "seen" : ""} />
      <span>{t(`delivery.${delivery.state}`)}</span>
      {(bad || delivery.reason === "some_refused") && delivery.reason && (
        <span>
          {t(`sendReason.${delivery.reason}`)} {delivery.detail}
        </span>
      )}
      {delivery.state === "failed" && delivery.next_try_at && <NextTry at={delivery.next_try_at} />}
      {bad && (
        <>
          <button type="button" disabled={busy} onClick={() => void act("retry")}>
            {t("delivery.retry")}
          </button>
          <button type="button" disabled={busy} onClick={() => void act("discard")}>
            {t("delivery.discard")}
          </button>
        </>
      )}
      {delivery.state === "held" && (
        <button type="button" disabled={busy} onClick={() => void act("undo")}>
          {t("delivery.undo")}
        </button>
      )}
    </div>
  );
}
