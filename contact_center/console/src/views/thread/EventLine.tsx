// What happened, told from its code in the reader's language. A code that this console does not know is shown as itself.
import { useTranslation } from "react-i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import { ClockTime } from "../../parts/Time";
import type { Message } from "../../types";

export function EventLine({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const { code, params } = message.event ?? { code: "unknown", params: {} };
  const text = (name: string) => (typeof params[name] === "string" ? (params[name] as string) : "");
  const until = text("until");
  const by = message.author.name || text("user") || t("author.system");
  const words = {
    by,
    agent: text("agent") || t("event.nobody"),
    from: text("from_agent") || by,
    queue: text("queue") || text("from_queue"),
    until: until ? dateTime(language, until) : "",
    code,
  };
  const to = text("agent") ? "agent" : "queue";
  const key = [`event.${code}_${to}`, `event.${code}`].find((each) => i18n.exists(each)) ?? "event.unknown";
  return (
    <div className="sys">
      <span>{t(key, words)}</span>
      <ClockTime at={message.at} />
    </div>
  );
}
