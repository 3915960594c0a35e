// How a queue serves: in which order, whom it chooses, how much may wait, when it is open.
import { NumberInput, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { BusinessHours, CustomerClass, Queue } from "../../../types";
import { useList } from "../list";

const ORDERS = ["key", "strict", "deadline"] as const;
const CHOICES = [
  "automatic",
  "longest_idle",
  "most_skilled",
  "level_order",
  "least_loaded",
  "pack",
  "round_robin",
] as const;
const CLASSES: CustomerClass[] = ["vip", "at_risk", "complaint_open"];
const CLOSED = ["hold", "serve", "overflow"] as const;

export type PolicyForm = Pick<
  Queue,
  | "order"
  | "head_start"
  | "choice"
  | "delivery"
  | "reserve"
  | "offers_at_once"
  | "max_waiting"
  | "full_queue_id"
  | "hours_id"
  | "when_closed"
  | "closed_queue_id"
  | "boosts"
>;

interface Props {
  form: PolicyForm;
  set: (change: Partial<PolicyForm>) => void;
  error: (field: string) => string | undefined;
  queues: { value: string; label: string }[];
}

export function Opening({ form, set, error, queues }: Props) {
  const { t } = useTranslation();
  const hours = useList<BusinessHours>("/business-hours").data?.items ?? [];
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.opening")}</legend>
      <Select
        label={t("admin.hours.title")}
        placeholder={t("admin.queues.always")}
        clearable
        data={hours.map((each) => ({ value: each.id, label: each.name }))}
        value={form.hours_id}
        error={error("hours_id")}
        onChange={(hours_id) => set({ hours_id })}
      />
      {form.hours_id && (
        <Select
          label={t("admin.queues.whenClosed")}
          allowDeselect={false}
          data={CLOSED.map((value) => ({ value, label: t(`admin.queues.closed.${value}`) }))}
          value={form.when_closed}
          onChange={(value) => set({ when_closed: (value ?? "hold") as Queue["when_closed"] })}
        />
      )}
      {form.hours_id && form.when_closed === "overflow" && (
        <Select
          label={t("admin.queues.toQueue")}
          data={queues}
          value={form.closed_queue_id}
          error={error("closed_queue_id")}
          onChange={(closed_queue_id) => set({ closed_queue_id })}
        />
      )}
    </fieldset>
  );
}

export function Ordering({ form, set, error }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.serving")}</legend>
      <Select
        label={t("admin.queues.order")}
        allowDeselect={false}
        data={ORDERS.map((value) => ({ value, label: t(`admin.queues.orders.${value}`) }))}
        value={form.order}
        onChange={(value) => set({ order: (value ?? "key") as Queue["order"] })}
      />
      {form.order === "key" && (
        <NumberInput
          label={t("admin.queues.headStart")}
          description={t("admin.queues.headStartHow")}
          suffix={t("admin.secondsSuffix")}
          min={0}
          value={form.head_start}
          error={error("head_start")}
          onChange={(value) => set({ head_start: Number(value) || 0 })}
        />
      )}
      <div className="line" style={{ flexWrap: "wrap" }}>
        {CLASSES.map((name) => (
          <NumberInput
            key={name}
            w={170}
            label={t(`admin.queues.boost.${name}`)}
            placeholder="0"
            min={-100}
            max={100}
            value={form.boosts[name] ?? ""}
            onChange={(value) => {
              const { [name]: _, ...rest } = form.boosts;
              set({ boosts: value === "" ? rest : { ...rest, [name]: Number(value) } });
            }}
          />
        ))}
      </div>
      <Select
        label={t("admin.queues.choice")}
        allowDeselect={false}
        data={CHOICES.map((value) => ({ value, label: t(`admin.queues.choices.${value}`) }))}
        value={form.choice}
        onChange={(value) => set({ choice: (value ?? "automatic") as Queue["choice"] })}
      />
      <Select
        label={t("admin.queues.delivery")}
        allowDeselect={false}
        data={(["push", "pull"] as const).map((value) => ({ value, label: t(`admin.queues.deliveries.${value}`) }))}
        value={form.delivery}
        onChange={(value) => set({ delivery: (value ?? "push") as Queue["delivery"] })}
      />
      <NumberInput
        label={t("admin.queues.reserve")}
        description={t("admin.queues.reserveHow")}
        min={0}
        value={form.reserve}
        error={error("reserve")}
        onChange={(value) => set({ reserve: Number(value) || 0 })}
      />
      {form.delivery === "push" && (
        <NumberInput
          label={t("admin.queues.offersAtOnce")}
          description={t("admin.queues.offersAtOnceHow")}
          min={1}
          max={20}
          value={form.offers_at_once}
          error={error("offers_at_once")}
          onChange={(value) => set({ offers_at_once: Number(value) || 1 })}
        />
      )}
    </fieldset>
  );
}

export function Limits({ form, set, error, queues }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.limits")}</legend>
      <NumberInput
        label={t("admin.queues.maxWaiting")}
        placeholder={t("admin.queues.noLimit")}
        min={0}
        value={form.max_waiting ?? ""}
        error={error("max_waiting")}
        onChange={(value) => set({ max_waiting: value === "" ? null : Number(value) })}
      />
      {form.max_waiting !== null && (
        <Select
          label={t("admin.queues.whenFull")}
          placeholder={t("admin.queues.fullNowhere")}
          clearable
          data={queues}
          value={form.full_queue_id}
          error={error("full_queue_id")}
          onChange={(full_queue_id) => set({ full_queue_id })}
        />
      )}
    </fieldset>
  );
}
