// Triage rules: the first that matches decides queue, priority and skills. A dry run shows what would happen.
import { Button, MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import type { ChannelAccount, Queue, Ref, TriageRule } from "../../types";
import { useList } from "./list";
import { type FieldProps, Resource } from "./Resource";
import { type Level, SkillLevels } from "./SkillLevels";

interface Form {
  name: string;
  position: number;
  enabled: boolean;
  account_ids: string[];
  languages: string[];
  keywords: string[];
  keyword_in: "subject" | "any";
  senders: string[];
  queue_id: string | null;
  priority: number;
  skills: Level[];
}

const BLANK: Form = {
  name: "",
  position: 0,
  enabled: true,
  account_ids: [],
  languages: [],
  keywords: [],
  keyword_in: "any",
  senders: [],
  queue_id: null,
  priority: 0,
  skills: [],
};

function Fields({ form, set, error }: FieldProps<Form>) {
  const { t } = useTranslation();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  const accounts = useList<ChannelAccount>("/channel-accounts").data?.items ?? [];
  return (
    <>
      <TextInput
        label={t("admin.name")}
        required
        value={form.name}
        error={error("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NumberInput
        label={t("admin.position")}
        description={t("admin.triage.positionHow")}
        value={form.position}
        error={error("position")}
        onChange={(value) => set({ position: Number(value) || 0 })}
      />
      <Switch
        label={t("admin.enabled")}
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <fieldset className="fieldset">
        <legend>{t("admin.triage.when")}</legend>
        <MultiSelect
          label={t("admin.mailboxes.title")}
          data={accounts.map((account) => ({ value: account.id, label: account.name }))}
          value={form.account_ids}
          onChange={(account_ids) => set({ account_ids })}
        />
        <TagsInput
          label={t("admin.triage.languages")}
          value={form.languages}
          error={error("languages")}
          onChange={(languages) => set({ languages })}
        />
        <TagsInput
          label={t("admin.triage.keywords")}
          value={form.keywords}
          error={error("keywords")}
          onChange={(keywords) => set({ keywords })}
        />
        <Select
          label={t("admin.triage.keywordIn")}
          allowDeselect={false}
          data={(["any", "subject"] as const).map((value) => ({ value, label: t(`admin.triage.in.${value}`) }))}
          value={form.keyword_in}
          onChange={(value) => set({ keyword_in: value === "subject" ? "subject" : "any" })}
        />
        <TagsInput
          label={t("admin.triage.senders")}
          value={form.senders}
          error={error("senders")}
          onChange={(senders) => set({ senders })}
        />
      </fieldset>
      <fieldset className="fieldset">
        <legend>{t("admin.triage.then")}</legend>
        <Select
          label={t("queues.queue")}
          required
          data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
          value={form.queue_id}
          error={error("queue_id")}
          onChange={(queue_id) => set({ queue_id })}
        />
        <NumberInput
          label={t("admin.queues.priority")}
          min={-100}
          max={100}
          value={form.priority}
          onChange={(value) => set({ priority: Number(value) || 0 })}
        />
        <SkillLevels value={form.skills} onChange={(skills) => set({ skills })} />
      </fieldset>
    </>
  );
}

interface Tried {
  rule: Ref | null;
  queue: Ref;
  priority: number;
}

function DryRun() {
  const { t } = useTranslation();
  const accounts = useList<ChannelAccount>("/channel-accounts").data?.items ?? [];
  const [account, setAccount] = useState<string | null>(null);
  const [sender, setSender] = useState("");
  const [subject, setSubject] = useState("");
  const [text, setText] = useState("");
  const [result, setResult] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    const body = { account_id: account ?? accounts[0]?.id, sender, subject, text };
    await api.post<Tried>("/triage-rules/try", body).then(setResult).catch(setProblem);
  };
  return (
    <section className="card" aria-label={t("admin.triage.try")}>
      <div className="card-h">
        <h2>{t("admin.triage.try")}</h2>
      </div>
      <form className="form" style={{ padding: "0 16px 16px", maxWidth: 640 }} onSubmit={run}>
        <Select
          label={t("admin.mailboxes.one")}
          data={accounts.map((each) => ({ value: each.id, label: each.name }))}
          value={account ?? accounts[0]?.id ?? null}
          allowDeselect={false}
          onChange={setAccount}
        />
        <TextInput
          label={t("admin.triage.sender")}
          value={sender}
          onChange={(event) => setSender(event.currentTarget.value)}
        />
        <TextInput
          label={t("admin.triage.subject")}
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
        />
        <Textarea
          label={t("admin.triage.text")}
          rows={3}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {problem !== null && <Problem error={problem} />}
        {result && (
          <p role="status">
            {result.rule
              ? t("admin.triage.result", { rule: result.rule.name, queue: result.queue.name })
              : t("admin.triage.noRule", { queue: result.queue.name })}
          </p>
        )}
        <Button type="submit" variant="default" style={{ justifySelf: "start" }}>
          {t("admin.triage.run")}
        </Button>
      </form>
    </section>
  );
}

export function TriageSection() {
  const { t } = useTranslation();
  return (
    <>
      <Resource<TriageRule, Form>
        name="triage"
        path="/triage-rules"
        right="settings.write"
        deletable
        idOf={(rule) => rule.id}
        nameOf={(rule) => rule.name}
        columns={[
          { head: t("admin.position"), cell: (rule) => rule.position, right: true },
          { head: t("admin.triage.keywords"), cell: (rule) => rule.when.keywords.join(", ") },
          { head: t("admin.triage.languages"), cell: (rule) => rule.when.languages.join(", ") },
          {
            head: t("admin.state"),
            cell: (rule) => (
              <span className={`pill ${rule.enabled ? "ok" : ""}`}>
                {rule.enabled ? t("admin.on") : t("admin.off")}
              </span>
            ),
          },
        ]}
        blank={BLANK}
        formOf={(rule) => ({
          name: rule.name,
          position: rule.position,
          enabled: rule.enabled,
          ...rule.when,
          queue_id: rule.then.queue_id,
          priority: rule.then.priority,
          skills: rule.then.skills.map(({ skill_id, level }) => ({ skill_id, level })),
        })}
        bodyOf={({
          name,
          position,
          enabled,
          account_ids,
          languages,
          keywords,
          keyword_in,
          senders,
          queue_id,
          priority,
          skills,
        }) => ({
          name,
          position,
          enabled,
          when: { account_ids, languages, keywords, keyword_in, senders },
          then: { queue_id: queue_id ?? "", priority, skills },
        })}
        fields={(props) => <Fields {...props} />}
      />
      <DryRun />
    </>
  );
}
