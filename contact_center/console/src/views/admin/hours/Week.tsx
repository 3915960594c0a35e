// The week: each day with the times at which it opens and closes, typed; a day without times is closed.
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { weekday } from "../../../format";
import { useLanguage } from "../../../i18n";
import type { BusinessHours, Span } from "../../../types";

const DAYS = [0, 1, 2, 3, 4, 5, 6];

export function Times({ name, value, onChange }: { name: string; value: Span[]; onChange: (next: Span[]) => void }) {
  const { t } = useTranslation();
  const change = (at: number, next: Partial<Span>) =>
    onChange(value.map((each, index) => (index === at ? { ...each, ...next } : each)));
  return (
    <div className="times">
      {value.length === 0 && <span className="muted">{t("admin.hours.closed")}</span>}
      {value.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
        <div className="line" key={index}>
          <TextInput
            w={90}
            aria-label={t("admin.hours.from", { day: name })}
            placeholder="09:00"
            value={span.opens}
            onChange={(event) => change(index, { opens: event.currentTarget.value })}
          />
          <TextInput
            w={90}
            aria-label={t("admin.hours.to", { day: name })}
            placeholder="18:00"
            value={span.closes}
            onChange={(event) => change(index, { closes: event.currentTarget.value })}
          />
          <ActionIcon
            size={36}
            variant="subtle"
            aria-label={t("admin.hours.removeTimes", { day: name })}
            onClick={() => onChange(value.filter((_, other) => other !== index))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={14} aria-hidden />}
        aria-label={t("admin.hours.addTimesOf", { day: name })}
        onClick={() => onChange([...value, { opens: "09:00", closes: "18:00" }])}
      >
        {t("admin.hours.addTimes")}
      </Button>
    </div>
  );
}

export function Week({
  value,
  error,
  onChange,
}: {
  value: BusinessHours["week"];
  error: string | undefined;
  onChange: (next: BusinessHours["week"]) => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.hours.week")}</legend>
      {error && (
        <p className="bad-text" role="alert">
          {error}
        </p>
      )}
      {DAYS.map((day) => (
        <div className="weekday" key={day}>
          <strong>{weekday(language, day)}</strong>
          <Times
            name={weekday(language, day)}
            value={value.filter((span) => span.day === day).map(({ opens, closes }) => ({ opens, closes }))}
            onChange={(spans) =>
              onChange(
                [...value.filter((span) => span.day !== day), ...spans.map((span) => ({ day, ...span }))].sort(
                  (one, other) => one.day - other.day,
                ),
              )
            }
          />
        </div>
      ))}
    </fieldset>
  );
}
