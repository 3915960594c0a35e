// What a queue says by itself, per language: to whoever begins a chat, to whoever writes a mail, and while nobody is here.
import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { languageName } from "../../../format";
import { useLanguage } from "../../../i18n";
import type { Language, Queue, Said } from "../../../types";

const KINDS: Said[] = ["greeting", "acknowledgement", "out_of_hours"];
const LANGUAGES: Language[] = ["en", "zh-CN"];
/** What a text may ask for; the same words as the server's `queues/texts.py`. */
const VARIABLES = [
  "customer.name",
  "customer.company",
  "ticket.number",
  "conversation.subject",
  "queue.name",
  "queue.opens_at",
];

interface Props {
  value: Queue["texts"];
  error: (field: string) => string | undefined;
  onChange: (next: Queue["texts"]) => void;
}

export function Sayings({ value, error, onChange }: Props) {
  const { t } = useTranslation();
  const shown = useLanguage();
  const change = (kind: Said, language: Language, text: string) =>
    onChange({ ...value, [kind]: { ...value[kind], [language]: text } });
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.queues.texts")}</legend>
      <p className="muted">{t("admin.queues.textsHow")}</p>
      <p className="muted">{t("admin.canned.variables", { all: VARIABLES.map((each) => `{{${each}}}`).join(" ") })}</p>
      {KINDS.flatMap((kind) =>
        LANGUAGES.map((language) => (
          <Textarea
            key={`${kind} ${language}`}
            label={t("admin.queues.textIn", {
              text: t(`admin.queues.said.${kind}`),
              language: languageName(shown, language),
            })}
            lang={language}
            autosize
            minRows={2}
            maxRows={10}
            value={value[kind]?.[language] ?? ""}
            error={error(`${kind}.${language}`)}
            onChange={(event) => change(kind, language, event.currentTarget.value)}
          />
        )),
      )}
    </fieldset>
  );
}
