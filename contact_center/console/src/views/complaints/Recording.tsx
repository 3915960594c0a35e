// Recording a complaint from the conversation in which it was said. Who complained about the same before is told while one chooses.
import { Button, Modal } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { loadPanel } from "../../connection";
import { day } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { closeComplaints, openComplaint } from "../../store/complaints";
import { useEntity } from "../../store/hooks";
import type { Complaint, ConversationPanel } from "../../types";
import { aside, Fields, type Said } from "./Fields";

const NOTHING: Said = { category_id: null, severity: "serious", text: "" };

function Before({ panel, category }: { panel: ConversationPanel | undefined; category: string | null }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const same = (panel?.complaints ?? []).filter((each) => each.category.id === category);
  const newest = same.reduce<(typeof same)[number] | null>(
    (best, each) => (best === null || each.recorded_at > best.recorded_at ? each : best),
    null,
  );
  return (
    <div role="status">
      {newest && (
        <p className="repeat">
          <IconRepeat size={15} aria-hidden />
          {t("complaint.before", {
            count: same.length,
            number: newest.number,
            date: day(language, newest.recorded_at),
          })}
        </p>
      )}
    </div>
  );
}

export function Recording({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const panel = useEntity<ConversationPanel>("panel", conversation);
  const [said, setSaid] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  // The same key until it is through: a repeated click or an answer that got lost records it once.
  const key = useRef(crypto.randomUUID());
  const ready = said.category_id !== null && said.text.trim() !== "";
  const change = (part: Partial<Said>) => {
    key.current = crypto.randomUUID();
    setSaid((all) => ({ ...all, ...part }));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const body = { conversation_id: conversation, ...said, text: said.text.trim() };
      const made = await api.post<Complaint>("/complaints", body, { key: key.current });
      void loadPanel(conversation).catch(() => undefined);
      closeComplaints();
      toast(t("complaint.recorded", { number: made.number }), "ok", {
        label: t("complaint.show"),
        run: () => openComplaint(made.id),
      });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={closeComplaints}
      title={t("complaint.record")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form className="form" onSubmit={submit}>
        {panel && <p className="muted">{t("complaint.of", { name: panel.customer.name })}</p>}
        <Fields said={said} set={change} problem={problem} />
        <Before panel={panel} category={said.category_id} />
        {aside(problem) && <Problem error={problem} />}
        <div className="row-b">
          <Button variant="default" onClick={closeComplaints}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {t("complaint.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
