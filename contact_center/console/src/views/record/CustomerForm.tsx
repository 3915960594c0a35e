// Editing a customer. Saves with If-Match, so that two people changing the same customer are told instead of overwriting each other.
import { Button, Checkbox, MultiSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import { entities } from "../../store/entities";
import type { Customer } from "../../types";
import { useAgents } from "../thread/people";

export function CustomerForm({
  customer,
  notesOnly,
  onDone,
}: {
  customer: Customer;
  notesOnly: boolean;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState(customer.name);
  const [vip, setVip] = useState(customer.vip);
  const [atRisk, setAtRisk] = useState(customer.at_risk);
  const [preferred, setPreferred] = useState(customer.preferred_agent_ids);
  const agents = useAgents().data?.items ?? [];
  const [note, setNote] = useState(customer.note ?? "");
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const body = notesOnly
      ? { note }
      : { name: name.trim(), vip, at_risk: atRisk, preferred_agent_ids: preferred, note };
    try {
      const saved = await api.patch<Customer>(`/customers/${customer.id}`, body, customer.version);
      entities.put("customer", saved.id, saved.version, saved);
      onDone();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={save}>
      {!notesOnly && (
        <TextInput
          label={t("record.name")}
          value={name}
          required
          withAsterisk={false}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {!notesOnly && (
        <>
          <Checkbox label={t("vip")} checked={vip} onChange={(event) => setVip(event.currentTarget.checked)} />
          <Checkbox
            label={t("record.atRisk")}
            checked={atRisk}
            onChange={(event) => setAtRisk(event.currentTarget.checked)}
          />
          <MultiSelect
            label={t("record.preferredAgents")}
            description={t("record.preferredAgentsHow")}
            data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
            value={preferred}
            searchable
            onChange={setPreferred}
          />
        </>
      )}
      <Textarea
        label={t("record.note")}
        value={note}
        rows={3}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {problem !== null && <Problem error={problem} />}
      <div className="row-b">
        <Button variant="default" onClick={onDone}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
