// Wrap-up codes, in both languages, for all queues or for some.
import { MultiSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import type { Queue, WrapUpCode } from "../../types";
import { useList } from "./list";
import { Resource } from "./Resource";

interface Form {
  en: string;
  zh: string;
  queue_ids: string[];
  active: boolean;
  position: number;
}

export function CodesSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  return (
    <Resource<WrapUpCode, Form>
      name="codes"
      path="/wrap-up-codes"
      right="settings.write"
      deletable
      idOf={(code) => code.id}
      nameOf={(code) => code.name[language]}
      columns={[
        {
          head: t("admin.queues.title"),
          cell: (code) =>
            code.queue_ids.map((id) => queues.find((queue) => queue.id === id)?.name ?? "").join(", ") ||
            t("admin.codes.allQueues"),
        },
        { head: t("admin.position"), cell: (code) => code.position, right: true },
        {
          head: t("admin.state"),
          cell: (code) => (
            <span className={`pill ${code.active ? "ok" : ""}`}>{code.active ? t("admin.on") : t("admin.off")}</span>
          ),
        },
      ]}
      blank={{ en: "", zh: "", queue_ids: [], active: true, position: 0 }}
      formOf={({ name, queue_ids, active, position }) => ({
        en: name.en,
        zh: name["zh-CN"],
        queue_ids,
        active,
        position,
      })}
      bodyOf={({ en, zh, ...rest }) => ({ name: { en, "zh-CN": zh }, ...rest })}
      fields={({ form, set, error }) => (
        <>
          <TextInput
            label={t("admin.codes.en")}
            required
            value={form.en}
            error={error("en") ?? error("name")}
            onChange={(event) => set({ en: event.currentTarget.value })}
          />
          <TextInput
            label={t("admin.codes.zh")}
            required
            lang="zh-CN"
            value={form.zh}
            error={error("zh-CN")}
            onChange={(event) => set({ zh: event.currentTarget.value })}
          />
          <MultiSelect
            label={t("admin.queues.title")}
            description={t("admin.codes.queuesHow")}
            data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
            value={form.queue_ids}
            onChange={(queue_ids) => set({ queue_ids })}
          />
          <NumberInput
            label={t("admin.position")}
            value={form.position}
            onChange={(value) => set({ position: Number(value) || 0 })}
          />
          <Switch
            label={t("admin.enabled")}
            checked={form.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
        </>
      )}
    />
  );
}
