// The steps of a waiting line as rows: requirements that fall with time, and other queues that take over.
import { ActionIcon, Button, Checkbox, NumberInput, Select } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OverflowStep, RelaxStep } from "../../../types";

interface Choice {
  value: string;
  label: string;
}

function Row({
  after,
  onAfter,
  onRemove,
  label,
  children,
}: {
  after: number;
  onAfter: (seconds: number) => void;
  onRemove: () => void;
  label: string;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="line">
      <NumberInput
        w={110}
        label={t("admin.queues.stepAfter")}
        suffix={t("admin.secondsSuffix")}
        min={0}
        value={after}
        onChange={(value) => onAfter(Number(value) || 0)}
      />
      {children}
      <ActionIcon
        size={36}
        variant="subtle"
        aria-label={t("admin.queues.removeStep", { step: label })}
        onClick={onRemove}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function useRows<T>(value: T[], onChange: (next: T[]) => void) {
  return {
    change: (at: number, next: Partial<T>) =>
      onChange(value.map((each, index) => (index === at ? { ...each, ...next } : each))),
    remove: (at: number) => onChange(value.filter((_, index) => index !== at)),
    add: (one: T) => onChange([...value, one]),
  };
}

export function RelaxSteps({
  value,
  skills,
  onChange,
}: {
  value: RelaxStep[];
  skills: Choice[];
  onChange: (next: RelaxStep[]) => void;
}) {
  const { t } = useTranslation();
  const rows = useRows(value, onChange);
  const last = value.at(-1)?.after ?? 0;
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.relax")}</legend>
      <p className="muted">{t("admin.queues.relaxHow")}</p>
      {value.map((step, index) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
          key={index}
          after={step.after}
          label={skills.find((skill) => skill.value === step.skill_id)?.label ?? ""}
          onAfter={(after) => rows.change(index, { after })}
          onRemove={() => rows.remove(index)}
        >
          <Select
            className="grow"
            label={t("admin.skill")}
            data={skills}
            allowDeselect={false}
            value={step.skill_id}
            onChange={(skill_id) => skill_id && rows.change(index, { skill_id })}
          />
          <NumberInput
            w={130}
            label={t("admin.queues.levelThen")}
            placeholder={t("admin.queues.dropped")}
            min={1}
            max={10}
            value={step.level ?? ""}
            onChange={(level) => rows.change(index, { level: level === "" ? null : Number(level) })}
          />
        </Row>
      ))}
      {skills[0] && (
        <Button
          variant="default"
          size="xs"
          style={{ justifySelf: "start" }}
          onClick={() => skills[0] && rows.add({ after: last + 60, skill_id: skills[0].value, level: null })}
        >
          {t("admin.queues.addRelax")}
        </Button>
      )}
    </fieldset>
  );
}

export function OverflowSteps({
  value,
  queues,
  onChange,
}: {
  value: OverflowStep[];
  queues: Choice[];
  onChange: (next: OverflowStep[]) => void;
}) {
  const { t } = useTranslation();
  const rows = useRows(value, onChange);
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.overflow")}</legend>
      <p className="muted">{t("admin.queues.overflowHow")}</p>
      {value.map((step, index) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
          key={index}
          after={step.after}
          label={queues.find((queue) => queue.value === step.queue_id)?.label ?? ""}
          onAfter={(after) => rows.change(index, { after })}
          onRemove={() => rows.remove(index)}
        >
          <Select
            className="grow"
            label={t("admin.queues.toQueue")}
            data={queues}
            allowDeselect={false}
            value={step.queue_id}
            onChange={(queue_id) => queue_id && rows.change(index, { queue_id })}
          />
          <Checkbox
            mb={9}
            label={t("admin.queues.ifNobody")}
            checked={step.if_nobody}
            onChange={(event) => rows.change(index, { if_nobody: event.currentTarget.checked })}
          />
        </Row>
      ))}
      {queues[0] && (
        <Button
          variant="default"
          size="xs"
          style={{ justifySelf: "start" }}
          onClick={() => queues[0] && rows.add({ after: 300, queue_id: queues[0].value, if_nobody: false })}
        >
          {t("admin.queues.addOverflow")}
        </Button>
      )}
    </fieldset>
  );
}
