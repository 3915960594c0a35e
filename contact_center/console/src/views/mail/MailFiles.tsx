// The files of a new mail: on their way up, or there.
import { IconPaperclip, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, upload } from "../../api";
import { fileSize, percent } from "../../format";
import { useLanguage } from "../../i18n";
import { toast } from "../../parts/toast";
import { type NewMail, newMail } from "../../store/newMail";
import type { Attachment } from "../../types";

interface Props {
  mail: NewMail;
  onChange: (next: Partial<NewMail>) => void;
  onBusy: (busy: boolean) => void;
}

export function MailFiles({ mail, onChange, onBusy }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const chooser = useRef<HTMLInputElement>(null);
  const control = useRef(new AbortController());
  const [going, setGoing] = useState<Record<string, number>>({});
  const names = Object.keys(going);
  useEffect(() => onBusy(names.length > 0), [names.length, onBusy]);
  useEffect(() => () => control.current.abort(), []);
  const take = async (file: File) => {
    const told = (part: number) => setGoing((all) => ({ ...all, [file.name]: part }));
    told(0);
    try {
      const stored = await upload<Attachment>("/files", file, told, control.current.signal);
      onChange({ attachments: [...(newMail.get()?.attachments ?? []), stored] });
    } catch (error) {
      if (!control.current.signal.aborted)
        toast(error instanceof Problem && !error.offline ? error.message : t("problem.unreachable"), "bad");
    }
    setGoing(({ [file.name]: _, ...rest }) => rest);
  };
  return (
    <div className="files">
      {mail.attachments.map((file) => (
        <span key={file.id} className="file">
          <b>{file.name}</b>
          <span className="num">{fileSize(language, file.size)}</span>
          <button
            type="button"
            className="bare"
            aria-label={t("composer.detach", { name: file.name })}
            onClick={() => onChange({ attachments: mail.attachments.filter((each) => each.id !== file.id) })}
          >
            <IconX size={13} aria-hidden />
          </button>
        </span>
      ))}
      {names.map((name) => (
        <span key={name} className="file">
          <b>{name}</b>
          <progress
            value={going[name]}
            max={1}
            aria-label={t("composer.uploading", { name, part: percent(language, going[name] ?? 0) })}
          />
        </span>
      ))}
      <button type="button" className="mini" onClick={() => chooser.current?.click()}>
        <IconPaperclip size={14} aria-hidden />
        {t("composer.attach")}
      </button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-hidden
        tabIndex={-1}
        onChange={(event) => {
          for (const file of event.currentTarget.files ?? []) void take(file);
        }}
      />
    </div>
  );
}
