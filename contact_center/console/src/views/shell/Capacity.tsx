// Capacity per channel: filled bars are places in use, amber with the number when none is free.
import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ChannelIcon } from "../../parts/ChannelIcon";
import type { AgentState, ChannelCapacity } from "../../types";

const SHOWN = 10;

/** Places a channel has for this agent: its own cap, or as many as the free units still carry. */
export function places(channel: ChannelCapacity, agent: AgentState): number {
  const free = Math.max(0, agent.capacity.units - agent.capacity.used);
  const byUnits = channel.used + Math.floor(free / Math.max(1, channel.units_each));
  return channel.cap === null ? byUnits : Math.min(channel.cap, byUnits);
}

function Bars({ channel, agent }: { channel: ChannelCapacity; agent: AgentState }) {
  const { t } = useTranslation();
  const all = places(channel, agent);
  const full = channel.used >= all;
  const name = t("top.capacity", { channel: t(`channel.${channel.channel}`), used: channel.used, all });
  return (
    <Tooltip label={name}>
      <span className={`cap${full ? " full" : ""}`} role="img" aria-label={name}>
        <ChannelIcon channel={channel.channel} />
        {all > 0 && all <= SHOWN ? (
          <span className="cap-d" aria-hidden>
            {Array.from({ length: all }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity but their place
              <i key={index} className={index < channel.used ? "on" : ""} />
            ))}
          </span>
        ) : null}
        {(full || all > SHOWN) && <span className="num">{t("top.of", { used: channel.used, all })}</span>}
      </span>
    </Tooltip>
  );
}

/** Channels that matter to this agent: limited for them, in use, or mail (which every house has). */
const matters = (channel: ChannelCapacity) => channel.channel === "email" || channel.cap !== null || channel.used > 0;

export function Capacity({ agent }: { agent: AgentState }) {
  return (
    <div className="caps">
      {agent.capacity.channels.filter(matters).map((channel) => (
        <Bars key={channel.channel} channel={channel} agent={agent} />
      ))}
    </div>
  );
}
