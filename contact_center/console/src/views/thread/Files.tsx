import { IconFile, IconPhoto } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { fileSize } from "../../format";
import { useLanguage } from "../../i18n";
import type { Attachment } from "../../types";

export function Files({ files }: { files: Attachment[] }) {
  const language = useLanguage();
  if (files.length === 0) return null;
  return (
    <div className="files">
      {files.map((file) => {
        if (file.media_type.startsWith("audio/")) return <Sound key={file.id} file={file} />;
        const Icon = file.media_type.startsWith("image/") ? IconPhoto : IconFile;
        return (
          <a key={file.id} className="file" href={file.url} target="_blank" rel="noreferrer">
            <Icon size={15} aria-hidden />
            <b>{file.name}</b>
            <span className="num">{fileSize(language, file.size)}</span>
          </a>
        );
      })}
    </div>
  );
}

/** Something to listen to, where it stands. */
function Sound({ file }: { file: Attachment }) {
  const { t } = useTranslation();
  return (
    <figure className="sound">
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down yet what is said */}
      <audio controls preload="metadata" src={file.url} aria-label={t("thread.sound", { name: file.name })} />
    </figure>
  );
}
