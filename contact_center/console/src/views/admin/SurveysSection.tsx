// What each queue asks after a closure: whether, how long after (by mail), and in which words.
import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { useLanguage } from "../../i18n";
import type { SurveySettings } from "../../types-settings";
import { ActivePill } from "./BothNames";
import { Resource } from "./Resource";

interface Form {
  enabled: boolean;
  minutes: number;
  en: string;
  zh: string;
}

export function SurveysSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Resource<SurveySettings, Form>
      name="surveys"
      path="/surveys"
      right="settings.write"
      idOf={(survey) => survey.id}
      nameOf={(survey) => survey.queue.name}
      columns={[
        {
          head: t("admin.surveys.delay"),
          cell: (survey) => (survey.enabled ? duration(language, survey.delay_seconds) : t("none")),
          right: true,
        },
        { head: t("admin.state"), cell: (survey) => <ActivePill active={survey.enabled} /> },
      ]}
      formOf={({ enabled, delay_seconds, question }) => ({
        enabled,
        minutes: delay_seconds / 60,
        en: question.en,
        zh: question["zh-CN"],
      })}
      bodyOf={({ enabled, minutes, en, zh }) => ({
        enabled,
        delay_seconds: Math.round(minutes * 60),
        question: { en, "zh-CN": zh },
      })}
      fields={({ form, set, error }) => (
        <>
          <Switch
            label={t("admin.surveys.ask")}
            description={t("admin.surveys.askHow")}
            checked={form.enabled}
            onChange={(event) => set({ enabled: event.currentTarget.checked })}
          />
          <NumberInput
            label={t("admin.surveys.minutes")}
            min={0}
            value={form.minutes}
            error={error("delay_seconds")}
            onChange={(value) => set({ minutes: Number(value) || 0 })}
          />
          <TextInput
            label={t("admin.surveys.en")}
            description={t("admin.surveys.emptyHow")}
            value={form.en}
            error={error("en")}
            onChange={(event) => set({ en: event.currentTarget.value })}
          />
          <TextInput
            label={t("admin.surveys.zh")}
            lang="zh-CN"
            value={form.zh}
            error={error("zh-CN")}
            onChange={(event) => set({ zh: event.currentTarget.value })}
          />
        </>
      )}
    />
  );
}
