// Canned replies: what is kept ready to be inserted with a slash, in one or both languages, for all queues or for some.
import { Code, MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import type { CannedReply, Language, Queue } from "../../types";
import { ActivePill, PlaceAndState } from "./BothNames";
import { useList } from "./list";
import { Resource } from "./Resource";

interface Form {
  name: string;
  shortcut: string;
  en: string;
  zh: string;
  queue_ids: string[];
  active: boolean;
  position: number;
}

/** What a text may ask for; the same words as the server's `canned/filling.py`. */
const VARIABLES = [
  "customer.name",
  "customer.company",
  "agent.name",
  "ticket.number",
  "conversation.subject",
  "queue.name",
];
const BLANK: Form = { name: "", shortcut: "", en: "", zh: "", queue_ids: [], active: true, position: 0 };
const LANGUAGES: Language[] = ["en", "zh-CN"];

export function CannedSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  return (
    <Resource<CannedReply, Form>
      name="canned"
      path="/canned-replies"
      right="settings.write"
      deletable
      idOf={(reply) => reply.id}
      nameOf={(reply) => reply.name}
      columns={[
        { head: t("admin.canned.shortcut"), cell: (reply) => <Code>/{reply.shortcut}</Code> },
        {
          head: t("admin.canned.languages"),
          cell: (reply) =>
            LANGUAGES.filter((each) => reply.texts[each])
              .map((each) => languageName(language, each))
              .join(", "),
        },
        {
          head: t("admin.queues.title"),
          cell: (reply) =>
            reply.queue_ids.map((id) => queues.find((queue) => queue.id === id)?.name ?? "").join(", ") ||
            t("admin.codes.allQueues"),
        },
        { head: t("admin.state"), cell: (reply) => <ActivePill active={reply.active} /> },
      ]}
      blank={BLANK}
      formOf={({ name, shortcut, texts, queue_ids, active, position }) => ({
        name,
        shortcut,
        en: texts.en ?? "",
        zh: texts["zh-CN"] ?? "",
        queue_ids,
        active,
        position,
      })}
      bodyOf={({ en, zh, ...rest }) => ({ ...rest, texts: { en, "zh-CN": zh } })}
      fields={({ form, set, error }) => (
        <>
          <TextInput
            label={t("admin.name")}
            required
            value={form.name}
            error={error("name")}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t("admin.canned.shortcut")}
            description={t("admin.canned.shortcutHow")}
            required
            leftSection="/"
            value={form.shortcut}
            error={error("shortcut")}
            onChange={(event) => set({ shortcut: event.currentTarget.value })}
          />
          <Textarea
            label={t("admin.canned.en")}
            description={t("admin.canned.variables", { all: VARIABLES.map((each) => `{{${each}}}`).join(" ") })}
            autosize
            minRows={4}
            maxRows={14}
            value={form.en}
            error={error("en") ?? error("texts")}
            onChange={(event) => set({ en: event.currentTarget.value })}
          />
          <Textarea
            label={t("admin.canned.zh")}
            lang="zh-CN"
            autosize
            minRows={4}
            maxRows={14}
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
          <PlaceAndState form={form} set={set} error={error} />
        </>
      )}
    />
  );
}
