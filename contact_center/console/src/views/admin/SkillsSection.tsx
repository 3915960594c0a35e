// What agents can do and which languages they speak.
import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Skill } from "../../types";
import { Resource } from "./Resource";

interface Form {
  name: string;
  kind: Skill["kind"];
}

export function SkillsSection() {
  const { t } = useTranslation();
  return (
    <Resource<Skill, Form>
      name="skills"
      path="/skills"
      right="settings.write"
      deletable
      idOf={(skill) => skill.id}
      nameOf={(skill) => skill.name}
      columns={[{ head: t("admin.skills.kind"), cell: (skill) => t(`admin.skills.${skill.kind}`) }]}
      blank={{ name: "", kind: "skill" }}
      formOf={({ name, kind }) => ({ name, kind })}
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
          <Select
            label={t("admin.skills.kind")}
            allowDeselect={false}
            data={[
              { value: "skill", label: t("admin.skills.skill") },
              { value: "language", label: t("admin.skills.language") },
            ]}
            value={form.kind}
            onChange={(kind) => set({ kind: kind === "language" ? "language" : "skill" })}
          />
        </>
      )}
    />
  );
}
