// Teams: which people look after which queues together. A supervisor's rights reach as far as their teams' queues.
import { MultiSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Queue, Team, User } from "../../types-settings";
import { useList } from "./list";
import { Resource } from "./Resource";

type Form = Pick<Team, "name" | "queue_ids" | "user_ids">;

export function TeamsSection() {
  const { t } = useTranslation();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  const users = useList<User>("/users").data?.items ?? [];
  return (
    <Resource<Team, Form>
      name="teams"
      path="/teams"
      right="users.manage"
      deletable
      idOf={(team) => team.id}
      nameOf={(team) => team.name}
      columns={[
        {
          head: t("admin.queues.title"),
          cell: (team) => team.queue_ids.map((id) => queues.find((queue) => queue.id === id)?.name ?? "").join(", "),
        },
        { head: t("admin.teams.members"), cell: (team) => team.user_ids.length, right: true },
      ]}
      blank={{ name: "", queue_ids: [], user_ids: [] }}
      formOf={({ name, queue_ids, user_ids }) => ({ name, queue_ids, user_ids })}
      bodyOf={(form) => form}
      fields={({ form, set, error }) => (
        <>
          <TextInput
            label={t("admin.name")}
            required
            value={form.name}
            error={error("name")}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <MultiSelect
            label={t("admin.queues.title")}
            data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
            value={form.queue_ids}
            error={error("queue_ids")}
            onChange={(queue_ids) => set({ queue_ids })}
          />
          <MultiSelect
            label={t("admin.teams.members")}
            searchable
            data={users.map((user) => ({ value: user.id, label: `${user.name} (${user.email})` }))}
            value={form.user_ids}
            error={error("user_ids")}
            onChange={(user_ids) => set({ user_ids })}
          />
        </>
      )}
    />
  );
}
