// Handing work on: to a queue or to a colleague, with a note for whoever takes it.
import { Button, Modal, type ComboboxParsedItem as Parsed, Select, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../parts/Problem";
import { initials } from "../../pinyin";
import type { WorkItem } from "../../types";
import { useAgents, useQueues } from "./people";
import { transfer } from "./work";

/** As Mantine filters, and by the initials of Chinese names. */
function byName(options: Parsed[], search: string): Parsed[] {
  const wanted = search.trim().toLowerCase();
  const fits = ({ label }: { label: string }) => `${label.toLowerCase()} ${initials(label)}`.includes(wanted);
  return options
    .map((each) => ("group" in each ? { ...each, items: each.items.filter(fits) } : each))
    .filter((each) => ("group" in each ? each.items.length > 0 : fits(each)));
}

export function TransferDialog({ item, onClose }: { item: WorkItem; onClose: () => void }) {
  const { t } = useTranslation();
  const queues = useQueues();
  const agents = useAgents();
  const [to, setTo] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!to) return;
    setBusy(true);
    const [kind, id] = [to.slice(0, 1), to.slice(2)];
    const target = kind === "q" ? { queue_id: id } : { agent_id: id };
    const done = await transfer(item, { ...target, ...(note.trim() ? { note: note.trim() } : {}) });
    setBusy(false);
    if (done) onClose();
  };
  const data = [
    {
      group: t("transfer.queues"),
      items: (queues.data?.items ?? [])
        .filter((each) => each.enabled)
        .map((each) => ({ value: `q:${each.id}`, label: each.name })),
    },
    {
      group: t("transfer.agents"),
      items: (agents.data?.items ?? []).map((each) => ({
        value: `a:${each.id}`,
        label: t("transfer.agent", { name: each.name, state: t(`presence.${each.derived}`) }),
      })),
    },
  ];
  return (
    <Modal opened onClose={onClose} title={t("transfer.title")} closeButtonProps={{ "aria-label": t("close") }}>
      <form className="form" onSubmit={submit}>
        {(queues.error ?? agents.error) && <Problem error={queues.error ?? agents.error} />}
        <Select
          label={t("transfer.to")}
          data={data}
          value={to}
          onChange={setTo}
          searchable
          filter={({ options, search }) => byName(options, search)}
          required
          withAsterisk={false}
          nothingFoundMessage={t("nothingFound")}
          data-autofocus
        />
        <Textarea
          label={t("transfer.note")}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          minRows={2}
        />
        <div className="row-b">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={busy} disabled={!to}>
            {t("thread.transfer")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
