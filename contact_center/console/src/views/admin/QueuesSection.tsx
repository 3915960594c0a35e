// Waiting lines: what they ask of an agent, how long an offer rings, whom they prefer, what follows a contact.
import { MultiSelect, NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AgentState, ChannelName, OverflowStep, Queue, RelaxStep, Skill } from "../../types";
import { useList } from "./list";
import { Limits, Opening, Ordering, type PolicyForm } from "./queue/Policy";
import { Sayings } from "./queue/Sayings";
import { OverflowSteps, RelaxSteps } from "./queue/Steps";
import { Timeline } from "./queue/Timeline";
import { useServing } from "./queue/useServing";
import { type FieldProps, Resource } from "./Resource";
import { type Level, SkillLevels } from "./SkillLevels";

const AFTER = ["none", "optional", "timed", "forced"] as const;
const CHANNELS: ChannelName[] = ["email", "chat", "sms", "voice"];
type ByChannel = Partial<Record<ChannelName, number>>;

interface Form extends PolicyForm {
  name: string;
  description: string;
  enabled: boolean;
  priority: number;
  skills: Level[];
  relax: RelaxStep[];
  overflow: OverflowStep[];
  answer_seconds: ByChannel;
  offer_seconds: ByChannel;
  last_agent_seconds: ByChannel;
  after_work: Queue["after_work"];
  after_work_seconds: number;
  wrap_up_required: boolean;
  texts: Queue["texts"];
  agent_ids: string[];
}

const BLANK: Form = {
  name: "",
  description: "",
  enabled: true,
  priority: 0,
  skills: [],
  relax: [],
  overflow: [],
  order: "key",
  head_start: 60,
  choice: "automatic",
  delivery: "push",
  reserve: 0,
  offers_at_once: 1,
  max_waiting: null,
  full_queue_id: null,
  hours_id: null,
  when_closed: "hold",
  closed_queue_id: null,
  boosts: {},
  answer_seconds: {},
  offer_seconds: {},
  last_agent_seconds: {},
  after_work: "none",
  after_work_seconds: 60,
  wrap_up_required: false,
  texts: {},
  agent_ids: [],
};

function formOf(queue: Queue): Form {
  const last = queue.last_agent_seconds;
  return {
    ...BLANK,
    ...Object.fromEntries(Object.keys(BLANK).map((key) => [key, queue[key as keyof Queue]])),
    description: queue.description ?? "",
    skills: queue.skills.map(({ skill_id, level, required }) => ({ skill_id, level, required })),
    last_agent_seconds: typeof last === "object" && last !== null ? last : {},
    after_work_seconds: queue.after_work_seconds ?? 60,
  };
}

function Seconds({
  legend,
  value,
  min,
  onChange,
}: {
  legend: string;
  value: ByChannel;
  min: number;
  onChange: (next: ByChannel) => void;
}) {
  const { t } = useTranslation();
  const change = (channel: ChannelName, seconds: string | number) => {
    const { [channel]: _, ...rest } = value;
    onChange(seconds === "" ? rest : { ...rest, [channel]: Number(seconds) });
  };
  return (
    <fieldset className="fieldset">
      <legend>{legend}</legend>
      <div className="line" style={{ flexWrap: "wrap" }}>
        {CHANNELS.map((channel) => (
          <NumberInput
            key={channel}
            w={130}
            label={t(`channel.${channel}`)}
            placeholder={t("admin.queues.standard")}
            suffix={t("admin.secondsSuffix")}
            min={min}
            value={value[channel] ?? ""}
            onChange={(seconds) => change(channel, seconds)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Fields({ form, set, error }: FieldProps<Form>) {
  const { t } = useTranslation();
  const agents = useList<AgentState>("/agents").data?.items ?? [];
  const skills = useList<Skill>("/skills").data?.items ?? [];
  const queues = useList<Queue>("/queues").data?.items ?? [];
  const serving = useServing(form);
  const skillName = (id: string) => skills.find((skill) => skill.id === id)?.name ?? "";
  const queueName = (id: string) => queues.find((queue) => queue.id === id)?.name ?? "";
  const asked = form.skills.map((each) => ({ value: each.skill_id, label: skillName(each.skill_id) }));
  const others = queues
    .filter((queue) => queue.name !== form.name)
    .map((queue) => ({ value: queue.id, label: queue.name }));
  const policy = { form, set, error, queues: others };
  return (
    <>
      <TextInput
        label={t("admin.name")}
        required
        value={form.name}
        error={error("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Textarea
        label={t("admin.queues.description")}
        value={form.description}
        error={error("description")}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <Switch
        label={t("admin.enabled")}
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <NumberInput
        label={t("admin.queues.priority")}
        description={t("admin.queues.priorityHow")}
        min={-100}
        max={100}
        value={form.priority}
        error={error("priority")}
        onChange={(value) => set({ priority: Number(value) || 0 })}
      />
      <SkillLevels
        withRequired
        value={form.skills}
        onChange={(next) =>
          set({
            skills: next,
            relax: form.relax.filter((step) => next.some((each) => each.skill_id === step.skill_id)),
          })
        }
      />
      <MultiSelect
        label={t("admin.agents.title")}
        data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        value={form.agent_ids}
        onChange={(agent_ids) => set({ agent_ids })}
      />
      <RelaxSteps value={form.relax} skills={asked} onChange={(relax) => set({ relax })} />
      <OverflowSteps value={form.overflow} queues={others} onChange={(overflow) => set({ overflow })} />
      {serving && (
        <>
          <Timeline stages={serving.stages} overflow={form.overflow} skillName={skillName} queueName={queueName} />
          {serving.unserveable && (
            <p className="form-sum" role="status">
              {t("admin.queues.warning.unserveable")}
            </p>
          )}
        </>
      )}
      <Opening {...policy} />
      <Ordering {...policy} />
      <Limits {...policy} />
      <Seconds
        legend={t("admin.queues.answerSeconds")}
        min={1}
        value={form.answer_seconds}
        onChange={(answer_seconds) => set({ answer_seconds })}
      />
      <Seconds
        legend={t("admin.queues.offerSeconds")}
        min={1}
        value={form.offer_seconds}
        onChange={(offer_seconds) => set({ offer_seconds })}
      />
      <Seconds
        legend={t("admin.queues.lastAgent")}
        min={0}
        value={form.last_agent_seconds}
        onChange={(last_agent_seconds) => set({ last_agent_seconds })}
      />
      <Select
        label={t("admin.queues.afterWork")}
        allowDeselect={false}
        data={AFTER.map((value) => ({ value, label: t(`admin.queues.after.${value}`) }))}
        value={form.after_work}
        onChange={(value) => set({ after_work: (value ?? "none") as Queue["after_work"] })}
      />
      {form.after_work !== "none" && (
        <NumberInput
          label={t("admin.queues.afterSeconds")}
          suffix={t("admin.secondsSuffix")}
          min={0}
          value={form.after_work_seconds}
          error={error("after_work_seconds")}
          onChange={(value) => set({ after_work_seconds: Number(value) || 0 })}
        />
      )}
      <Switch
        label={t("admin.queues.wrapUp")}
        checked={form.wrap_up_required}
        onChange={(event) => set({ wrap_up_required: event.currentTarget.checked })}
      />
      <Sayings value={form.texts} error={error} onChange={(texts) => set({ texts })} />
    </>
  );
}

export function QueuesSection() {
  const { t } = useTranslation();
  return (
    <Resource<Queue, Form>
      name="queues"
      path="/queues"
      right="settings.write"
      deletable
      idOf={(queue) => queue.id}
      nameOf={(queue) => queue.name}
      columns={[
        {
          head: t("admin.skills.title"),
          cell: (queue) =>
            queue.skills.map((skill) => t("admin.skillLevel", { name: skill.name, level: skill.level })).join(", "),
        },
        { head: t("admin.agents.title"), cell: (queue) => queue.agent_ids.length, right: true },
        {
          head: t("admin.queues.couldServe"),
          right: true,
          cell: (queue) => queue.stages.map((stage) => stage.agents).join(" → "),
        },
        {
          head: t("admin.queues.warnings"),
          cell: (queue) =>
            queue.warnings.map((warning) => (
              <span key={warning} className="pill warn">
                {t(`admin.queues.warning.${warning}`)}
              </span>
            )),
        },
        {
          head: t("admin.state"),
          cell: (queue) => (
            <span className={`pill ${queue.enabled ? "ok" : ""}`}>
              {queue.enabled ? t("admin.on") : t("admin.off")}
            </span>
          ),
        },
      ]}
      blank={BLANK}
      formOf={formOf}
      bodyOf={(form) => form}
      fields={(props) => <Fields {...props} />}
    />
  );
}
