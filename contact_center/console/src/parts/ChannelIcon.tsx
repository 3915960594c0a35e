// One icon per channel; always beside a word or inside something labelled.
import {
  IconApi,
  IconBrandWhatsapp,
  IconDeviceMobile,
  IconMail,
  IconMessageCircle,
  IconPhone,
} from "@tabler/icons-react";
import type { ChannelName } from "../types";

const ICONS = {
  email: IconMail,
  sms: IconDeviceMobile,
  whatsapp: IconBrandWhatsapp,
  chat: IconMessageCircle,
  voice: IconPhone,
  api: IconApi,
};

export function ChannelIcon({
  channel,
  size = 15,
  stroke = 1.8,
}: {
  channel: ChannelName;
  size?: number;
  stroke?: number;
}) {
  const Icon = ICONS[channel] ?? IconApi;
  return <Icon size={size} stroke={stroke} aria-hidden />;
}
