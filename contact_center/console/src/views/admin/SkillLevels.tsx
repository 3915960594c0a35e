// Skills with a level each, as rows with add and remove; used for agents, queues and triage rules.
import { ActionIcon, Button, Checkbox, NumberInput, Select } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Skill } from "../../types";
import { useList } from "./list";

export interface Level {
  skill_id: string;
  level: number;
  required?: boolean;
}

interface Props {
  value: Level[];
  onChange: (next: Level[]) => void;
  withRequired?: boolean;
}

export function SkillLevels({ value, onChange, withRequired }: Props) {
  const { t } = useTranslation();
  const skills = useList<Skill>("/skills").data?.items ?? [];
  const change = (at: number, next: Partial<Level>) =>
    onChange(value.map((each, index) => (index === at ? { ...each, ...next } : each)));
  const free = skills.find((skill) => !value.some((each) => each.skill_id === skill.id));
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.skills.title")}</legend>
      {value.map((each, index) => (
        <div className="line" key={each.skill_id}>
          <Select
            className="grow"
            label={t("admin.skill")}
            data={skills.map((skill) => ({
              value: skill.id,
              label: skill.name,
              disabled: skill.id !== each.skill_id && value.some((other) => other.skill_id === skill.id),
            }))}
            value={each.skill_id}
            allowDeselect={false}
            onChange={(skill) => skill && change(index, { skill_id: skill })}
          />
          <NumberInput
            w={90}
            label={t("admin.level")}
            min={1}
            max={10}
            value={each.level}
            onChange={(level) => change(index, { level: Number(level) || 1 })}
          />
          {withRequired && (
            <Checkbox
              mb={9}
              label={t("admin.required")}
              checked={each.required ?? true}
              onChange={(event) => change(index, { required: event.currentTarget.checked })}
            />
          )}
          <ActionIcon
            size={36}
            variant="subtle"
            aria-label={t("admin.remove")}
            onClick={() => onChange(value.filter((_, other) => other !== index))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      {free && (
        <Button
          variant="default"
          size="xs"
          style={{ justifySelf: "start" }}
          onClick={() =>
            onChange([...value, { skill_id: free.id, level: 5, ...(withRequired ? { required: true } : {}) }])
          }
        >
          {t("admin.addSkill")}
        </Button>
      )}
    </fieldset>
  );
}
