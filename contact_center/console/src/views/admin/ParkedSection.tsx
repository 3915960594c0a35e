// What could not be taken in, with its reason: look at the raw message, or try again.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { dateTime, fileSize } from "../../format";
import { useLanguage } from "../../i18n";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Parked } from "../../types";
import { Pages } from "./Pages";

function Actions({ row }: { row: Parked }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const client = useQueryClient();
  const { user } = useValue(session);
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      await api.post(`/parked/${row.id}/replay`);
      toast(t("admin.parked.replayed"));
    } catch (error) {
      toast(words(error), "bad");
    }
    await client.invalidateQueries({ queryKey: ["list", "/parked"] });
    setBusy(false);
  };
  return (
    <div className="acts">
      <Button
        size="xs"
        variant="default"
        component="a"
        href={`/api/v1/parked/${row.id}/raw`}
        target="_blank"
        rel="noreferrer"
      >
        {t("admin.parked.raw")}
      </Button>
      {may(user, "parked.replay") && (
        <Button size="xs" variant="default" loading={busy} onClick={() => void replay()}>
          {t("admin.parked.replay")}
        </Button>
      )}
    </div>
  );
}

export function ParkedSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Pages<Parked>
      title={t("admin.parked.title")}
      path="/parked"
      empty={t("admin.parked.empty")}
      columns={[
        {
          head: t("admin.parked.at"),
          cell: (row) => <span className="num">{dateTime(language, row.received_at)}</span>,
        },
        { head: t("admin.parked.from"), cell: (row) => row.from ?? t("none") },
        { head: t("admin.triage.subject"), cell: (row) => row.subject ?? t("none") },
        {
          head: t("admin.parked.reason"),
          cell: (row) => <span title={row.detail || undefined}>{t(`parkReason.${row.reason}`)}</span>,
        },
        { head: t("admin.parked.size"), cell: (row) => fileSize(language, row.size) },
        { head: t("admin.actions"), cell: (row) => <Actions row={row} /> },
      ]}
    />
  );
}
