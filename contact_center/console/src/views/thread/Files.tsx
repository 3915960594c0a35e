import { IconFile, IconPhoto } from "@tabler/icons-react";
import { fileSize } from "../../format";
import { useLanguage } from "../../i18n";
import type { Attachment } from "../../types";

export function Files({ files }: { files: Attachment[] }) {
  const language = useLanguage();
  if (files.length === 0) return null;
  return (
    <div className="files">
      {files.map((file) => {
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
