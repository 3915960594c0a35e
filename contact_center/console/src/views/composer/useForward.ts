// Forwarding as a verb of one conversation; null where nobody may answer.
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import { useEntity } from "../../store/hooks";
import type { ConversationPanel, Message } from "../../types";
import { quoted, startForward } from "./forward";

export function useForward(conversation: string): ((message: Message) => void) | null {
  const { t } = useTranslation();
  const language = useLanguage();
  const panel = useEntity<ConversationPanel>("panel", conversation);
  if (!panel?.mine.can.reply) return null;
  return (message) => {
    const from = message.sender ?? panel.reply_to?.from;
    startForward(message, quoted(t, language, message, from));
  };
}
