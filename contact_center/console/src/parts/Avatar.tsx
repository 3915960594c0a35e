// A person's initials on a steady colour, with the channel they used.
import type { CSSProperties } from "react";
import { hueOf, initials } from "../format";
import type { ChannelName } from "../types";
import { ChannelIcon } from "./ChannelIcon";

export function Avatar({ name, size = 36, channel }: { name: string; size?: number; channel?: ChannelName }) {
  const text = initials(name);
  const style = { "--h": hueOf(name), width: size, height: size, fontSize: size * (text.length > 1 ? 0.34 : 0.4) };
  return (
    <span className="av" style={style as CSSProperties} aria-hidden>
      {text}
      {channel && (
        <i className={`av-ch ch-${channel}`}>
          <ChannelIcon channel={channel} size={11} stroke={2.2} />
        </i>
      )}
    </span>
  );
}
