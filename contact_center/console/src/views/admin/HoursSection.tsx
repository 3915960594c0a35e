// Business hours: a week in a time zone, holidays, and the working days that make up for them.
import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { When } from "../../parts/Time";
import type { BusinessHours } from "../../types";
import { Exceptions } from "./hours/Exceptions";
import { Week } from "./hours/Week";
import { type FieldProps, Resource } from "./Resource";

type Form = Pick<BusinessHours, "name" | "time_zone" | "week" | "exceptions">;

const OFFICE = [0, 1, 2, 3, 4].map((day) => ({ day, opens: "09:00", closes: "18:00" }));
const ZONES = Intl.supportedValuesOf("timeZone");

function Fields({ form, set, error }: FieldProps<Form>) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("admin.name")}
        required
        value={form.name}
        error={error("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label={t("admin.hours.zone")}
        description={t("admin.hours.zoneHow")}
        searchable
        allowDeselect={false}
        limit={200}
        data={ZONES.includes(form.time_zone) ? ZONES : [form.time_zone, ...ZONES]}
        nothingFoundMessage={t("nothingFound")}
        value={form.time_zone}
        error={error("time_zone")}
        onChange={(time_zone) => time_zone && set({ time_zone })}
      />
      <Week value={form.week} error={error("week")} onChange={(week) => set({ week })} />
      <Exceptions value={form.exceptions} error={error("exceptions")} onChange={(exceptions) => set({ exceptions })} />
    </>
  );
}

export function HoursSection() {
  const { t } = useTranslation();
  return (
    <Resource<BusinessHours, Form>
      name="hours"
      path="/business-hours"
      right="settings.write"
      deletable
      idOf={(hours) => hours.id}
      nameOf={(hours) => hours.name}
      columns={[
        { head: t("admin.hours.zone"), cell: (hours) => hours.time_zone },
        {
          head: t("admin.state"),
          cell: (hours) => (
            <>
              <span className={`pill ${hours.open_now ? "ok" : ""}`}>
                {hours.open_now ? t("admin.hours.open") : t("admin.hours.closed")}
              </span>{" "}
              {hours.changes_at && (
                <span className="muted">
                  {hours.open_now ? t("admin.hours.until") : t("admin.hours.opens")} <When at={hours.changes_at} />
                </span>
              )}
            </>
          ),
        },
        { head: t("admin.queues.title"), cell: (hours) => hours.queue_ids.length, right: true },
      ]}
      blank={{ name: "", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, week: OFFICE, exceptions: [] }}
      formOf={({ name, time_zone, week, exceptions }) => ({ name, time_zone, week, exceptions })}
      bodyOf={(form) => form}
      fields={(props) => <Fields {...props} />}
    />
  );
}
