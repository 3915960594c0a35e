// A name in both languages, as people see it: what wrap-up codes and reasons for being away have in common.
import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Language } from "../../types";
import type { FieldProps } from "./Resource";

export interface Named {
  name: Record<Language, string>;
  active: boolean;
  position: number;
}

export interface NamedForm {
  en: string;
  zh: string;
  active: boolean;
  position: number;
}

export const NAMELESS: NamedForm = { en: "", zh: "", active: true, position: 0 };

export function namedForm({ name, active, position }: Named): NamedForm {
  return { en: name.en, zh: name["zh-CN"], active, position };
}

export function namedBody({ en, zh, active, position }: NamedForm): Named {
  return { name: { en, "zh-CN": zh }, active, position };
}

export function ActivePill({ active }: { active: boolean }) {
  const { t } = useTranslation();
  return <span className={`pill ${active ? "ok" : ""}`}>{active ? t("admin.on") : t("admin.off")}</span>;
}

type Fields = Pick<FieldProps<NamedForm>, "form" | "set" | "error">;

export function BothNames({ form, set, error }: Fields) {
  const { t } = useTranslation();
  return (
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
    </>
  );
}

export function PlaceAndState({ form, set, error }: Fields) {
  const { t } = useTranslation();
  return (
    <>
      <NumberInput
        label={t("admin.position")}
        value={form.position}
        error={error("position")}
        onChange={(value) => set({ position: Number(value) || 0 })}
      />
      <Switch
        label={t("admin.enabled")}
        checked={form.active}
        onChange={(event) => set({ active: event.currentTarget.checked })}
      />
    </>
  );
}
