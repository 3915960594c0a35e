// Routing profiles: skills with level, units of capacity, caps per channel, queues served.
import { MultiSelect, NumberInput, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AgentState, ChannelName, Queue } from "../../types";
import { useList } from "./list";
import { Resource } from "./Resource";
import { type Level, SkillLevels } from "./SkillLevels";

interface Form {
  units: number;
  caps: Partial<Record<ChannelName, number>>;
  skills: Level[];
  queue_ids: string[];
  exclusive: ChannelName[];
  interruptible: ChannelName[];
  pick: AgentState["pick"];
}

function Caps({ form, channels, set }: { form: Form; channels: ChannelName[]; set: (change: Partial<Form>) => void }) {
  const { t } = useTranslation();
  const change = (channel: ChannelName, value: string | number) => {
    const { [channel]: _, ...rest } = form.caps;
    set({ caps: value === "" ? rest : { ...rest, [channel]: Number(value) } });
  };
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.agents.caps")}</legend>
      {channels.map((channel) => (
        <NumberInput
          key={channel}
          label={t(`channel.${channel}`)}
          description={t("admin.agents.noCap")}
          min={0}
          max={1000}
          value={form.caps[channel] ?? ""}
          onChange={(value) => change(channel, value)}
        />
      ))}
    </fieldset>
  );
}

/** What was left as shipped stays as shipped: exclusive channels are sent only when somebody changed them. */
function bodyOf(form: Form, agent: AgentState | null) {
  const { exclusive, ...rest } = form;
  const were = agent?.capacity.channels.filter((each) => each.exclusive).map((each) => each.channel) ?? [];
  return [...exclusive].sort().join() === [...were].sort().join() ? rest : form;
}

export function AgentsSection() {
  const { t } = useTranslation();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  const channels = useList<AgentState>("/agents").data?.items[0]?.capacity.channels.map((each) => each.channel) ?? [
    "email",
  ];
  const nameOf = (id: string) => queues.find((queue) => queue.id === id)?.name ?? "";
  return (
    <Resource<AgentState & { id?: string }, Form>
      name="agents"
      path="/agents"
      right="settings.write"
      idOf={(agent) => agent.id}
      nameOf={(agent) => agent.name}
      columns={[
        {
          head: t("admin.skills.title"),
          cell: (agent) =>
            agent.skills.map((skill) => t("admin.skillLevel", { name: skill.name, level: skill.level })).join(", "),
        },
        { head: t("admin.queues.title"), cell: (agent) => agent.queue_ids.map(nameOf).join(", ") },
        { head: t("admin.agents.units"), cell: (agent) => agent.capacity.units, right: true },
      ]}
      formOf={(agent) => ({
        units: agent.capacity.units,
        caps: Object.fromEntries(
          agent.capacity.channels.flatMap((each) => (each.cap === null ? [] : [[each.channel, each.cap]])),
        ),
        skills: agent.skills.map(({ skill_id, level }) => ({ skill_id, level })),
        queue_ids: agent.queue_ids,
        exclusive: agent.capacity.channels.flatMap((each) => (each.exclusive ? [each.channel] : [])),
        interruptible: agent.capacity.channels.flatMap((each) => (each.interruptible ? [each.channel] : [])),
        pick: agent.pick,
      })}
      bodyOf={bodyOf}
      fields={({ form, set, error }) => (
        <>
          <NumberInput
            label={t("admin.agents.units")}
            description={t("admin.agents.unitsHow")}
            min={0}
            max={1000}
            value={form.units}
            error={error("units")}
            onChange={(value) => set({ units: Number(value) || 0 })}
          />
          <Caps form={form} channels={channels} set={set} />
          {(["exclusive", "interruptible"] as const).map((name) => (
            <MultiSelect
              key={name}
              label={t(`admin.agents.${name}`)}
              description={t(`admin.agents.${name}How`)}
              data={channels.map((channel) => ({ value: channel, label: t(`channel.${channel}`) }))}
              value={form[name]}
              error={error(name)}
              onChange={(value) => set({ [name]: value as ChannelName[] })}
            />
          ))}
          <Select
            label={t("admin.agents.pick")}
            allowDeselect={false}
            data={(["longest_waiting", "level_order"] as const).map((value) => ({
              value,
              label: t(`admin.agents.picks.${value}`),
            }))}
            value={form.pick}
            onChange={(value) => set({ pick: (value ?? "longest_waiting") as AgentState["pick"] })}
          />
          <SkillLevels value={form.skills} onChange={(skills) => set({ skills })} />
          <MultiSelect
            label={t("admin.queues.title")}
            data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
            value={form.queue_ids}
            error={error("queue_ids")}
            onChange={(queue_ids) => set({ queue_ids })}
          />
        </>
      )}
    />
  );
}
