// Wrap-up codes, in both languages, for all queues or for some.
import { MultiSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import type { Queue, WrapUpCode } from "../../types";
import { ActivePill, BothNames, NAMELESS, type NamedForm, namedBody, namedForm, PlaceAndState } from "./BothNames";
import { useList } from "./list";
import { Resource } from "./Resource";

interface Form extends NamedForm {
  queue_ids: string[];
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
          cell: (code) => <ActivePill active={code.active} />,
        },
      ]}
      blank={{ ...NAMELESS, queue_ids: [] }}
      formOf={(code) => ({ ...namedForm(code), queue_ids: code.queue_ids })}
      bodyOf={(form) => ({ ...namedBody(form), queue_ids: form.queue_ids })}
      fields={({ form, set, error }) => (
        <>
          <BothNames form={form} set={set} error={error} />
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
