// After the contact: what it was about, in the queue's codes, and a note. The time in wrap-up is shown.
import { Button, Select, Textarea } from "@mantine/core";
import { IconClipboardCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Since } from "../../parts/Time";
import { serverNow } from "../../store/clock";
import type { Page, WorkItem, WrapUpCode } from "../../types";
import { wrapUp } from "../thread/work";

export function WrapUp({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const codes = useQuery({
    queryKey: ["wrap-up-codes"],
    queryFn: ({ signal }) => api.get<Page<WrapUpCode>>("/wrap-up-codes", { query: { limit: 200 }, signal }),
  });
  const [since] = useState(() => serverNow());
  const [code, setCode] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const queue = item.interaction?.queue?.id;
  const fits = (each: WrapUpCode) =>
    each.active && (each.queue_ids.length === 0 || (queue !== undefined && each.queue_ids.includes(queue)));
  const data = (codes.data?.items ?? []).filter(fits).map((each) => ({ value: each.id, label: each.name[language] }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!code) return;
    setBusy(true);
    await wrapUp(item, { code_id: code, ...(note.trim() ? { note: note.trim() } : {}) });
    setBusy(false);
  };
  return (
    <section className="wrapup" aria-label={t("wrapup.title")}>
      <h4>
        <IconClipboardCheck size={16} aria-hidden />
        {t("wrapup.title")}
        <Since at={since} />
      </h4>
      {codes.error && <Problem error={codes.error} again={() => void codes.refetch()} />}
      <form className="form" onSubmit={submit}>
        <Select
          label={t("wrapup.code")}
          data={data}
          value={code}
          onChange={setCode}
          searchable
          required
          withAsterisk={false}
          nothingFoundMessage={t("nothingFound")}
        />
        <Textarea
          label={t("wrapup.note")}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          rows={2}
        />
        <Button type="submit" loading={busy} disabled={!code}>
          {t("wrapup.done")}
        </Button>
      </form>
    </section>
  );
}
