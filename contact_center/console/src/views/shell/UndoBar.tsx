// A mail on its way can be taken back for some seconds, wherever one has gone meanwhile: how long yet, and Undo (Z).
import { IconHourglass } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "../../keys";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { useNow } from "../../store/clock";
import { held, letGo, takeBack } from "../../store/held";
import { useValue } from "../../store/value";
import type { Message } from "../../types";

function Bar({ message }: { message: Message }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const now = useNow();
  const left = Math.ceil((new Date(message.delivery?.next_try_at ?? 0).getTime() - now) / 1000);
  useEffect(() => {
    if (left <= 0) letGo(message.id);
  }, [left, message.id]);
  const undo = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await takeBack(message);
      void navigate({ to: "/c/$id", params: { id: message.conversation_id } });
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
  };
  useKeys({ z: () => void undo() });
  if (left <= 0) return null;
  const to = message.to[0]?.name || message.to[0]?.value || "";
  return (
    <section className="undo" aria-label={t("undo.label")}>
      <IconHourglass size={16} stroke={1.9} aria-hidden />
      <span className="sr" role="status">
        {t("undo.spoken", { to })}
      </span>
      <span aria-hidden className="num">
        {t("undo.left", { to, count: left })}
      </span>
      <button type="button" className="mini" disabled={busy} onClick={() => void undo()}>
        {t("delivery.undo")}
        <kbd aria-hidden>Z</kbd>
      </button>
    </section>
  );
}

export function UndoBar() {
  const newest = useValue(held).at(-1);
  return newest ? <Bar key={newest.id} message={newest} /> : null;
}
