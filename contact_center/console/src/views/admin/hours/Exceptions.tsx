// Days that differ from their weekday: closed for a holiday, worked like another weekday to make up for one, or with times of their own.
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { weekday } from "../../../format";
import { useLanguage } from "../../../i18n";
import type { DayException } from "../../../types";
import { withChina2026 } from "./china";
import { Times } from "./Week";

type Kind = "closed" | "own" | `${number}`;

const kindOf = (day: DayException): Kind =>
  day.like !== null ? `${day.like}` : day.spans.length > 0 ? "own" : "closed";

function become(day: DayException, kind: Kind): DayException {
  if (kind === "closed") return { ...day, like: null, spans: [] };
  if (kind === "own") return { ...day, like: null, spans: [{ opens: "09:00", closes: "12:00" }] };
  return { ...day, like: Number(kind), spans: [] };
}

/** The day after the last one: holidays are mostly entered in a row. */
function following(days: DayException[]): string {
  const last = days
    .map((day) => day.date)
    .sort()
    .at(-1);
  const next = last ? new Date(`${last}T00:00:00Z`) : new Date();
  if (last) next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

export function Exceptions({
  value,
  error,
  onChange,
}: {
  value: DayException[];
  error: string | undefined;
  onChange: (next: DayException[]) => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const change = (at: number, next: DayException) => onChange(value.map((each, index) => (index === at ? next : each)));
  const kinds = [
    { value: "closed", label: t("admin.hours.holiday") },
    ...[0, 1, 2, 3, 4, 5, 6].map((day) => ({
      value: `${day}`,
      label: t("admin.hours.worksLike", { day: weekday(language, day) }),
    })),
    { value: "own", label: t("admin.hours.ownTimes") },
  ];
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.hours.exceptions")}</legend>
      <p className="muted">{t("admin.hours.exceptionsHow")}</p>
      {error && (
        <p className="bad-text" role="alert">
          {error}
        </p>
      )}
      {value.map((day, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a day being typed has no identity but its place
        <div key={index}>
          <div className="line">
            <TextInput
              type="date"
              w={150}
              label={t("admin.hours.date")}
              value={day.date}
              onChange={(event) => change(index, { ...day, date: event.currentTarget.value })}
            />
            <TextInput
              className="grow"
              label={t("admin.hours.called")}
              value={day.name}
              onChange={(event) => change(index, { ...day, name: event.currentTarget.value })}
            />
            <Select
              w={190}
              label={t("admin.hours.what")}
              allowDeselect={false}
              data={kinds}
              value={kindOf(day)}
              onChange={(kind) => kind && change(index, become(day, kind as Kind))}
            />
            <ActionIcon
              size={36}
              variant="subtle"
              aria-label={t("admin.hours.removeDay", { day: day.date })}
              onClick={() => onChange(value.filter((_, other) => other !== index))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </div>
          {kindOf(day) === "own" && (
            <Times name={day.date} value={day.spans} onChange={(spans) => change(index, { ...day, spans })} />
          )}
        </div>
      ))}
      <div className="line">
        <Button
          variant="default"
          size="xs"
          onClick={() => onChange([...value, { date: following(value), name: "", like: null, spans: [] }])}
        >
          {t("admin.hours.addDay")}
        </Button>
        <Button variant="default" size="xs" onClick={() => onChange(withChina2026(value))}>
          {t("admin.hours.addChina")}
        </Button>
      </div>
    </fieldset>
  );
}
