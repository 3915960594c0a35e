// Files on their way up. They belong to a draft, not to a view: switching away loses nothing, a finished file joins its draft.
import { Problem, upload } from "../api";
import type { Attachment, Mode } from "../types";
import { draftKey, readDraft, writeDraft } from "./drafts";
import { Value } from "./value";

export interface Upload {
  id: string;
  name: string;
  size: number;
  part: number;
  problem: string | null;
  cancel: () => void;
}

export const uploads = new Value<Record<string, Upload[]>>({});

function change(key: string, id: string, next: Partial<Upload> | null): void {
  uploads.update((all) => {
    const mine = all[key] ?? [];
    const rest =
      next === null
        ? mine.filter((each) => each.id !== id)
        : mine.map((each) => (each.id === id ? { ...each, ...next } : each));
    return { ...all, [key]: rest };
  });
}

export async function attach(conversation: string, mode: Mode, file: File): Promise<void> {
  const key = draftKey(conversation, mode);
  const control = new AbortController();
  const id = crypto.randomUUID();
  const cancel = () => {
    control.abort();
    change(key, id, null);
  };
  const entry: Upload = { id, name: file.name, size: file.size, part: 0, problem: null, cancel };
  uploads.update((all) => ({ ...all, [key]: [...(all[key] ?? []), entry] }));
  try {
    const stored = await upload<Attachment>("/files", file, (part) => change(key, id, { part }), control.signal);
    writeDraft(conversation, mode, { attachments: [...readDraft(conversation, mode).attachments, stored] });
    change(key, id, null);
  } catch (error) {
    if (!control.signal.aborted) change(key, id, { problem: error instanceof Problem ? error.message : "" });
  }
}

export function detach(conversation: string, mode: Mode, id: string): void {
  writeDraft(conversation, mode, {
    attachments: readDraft(conversation, mode).attachments.filter((file) => file.id !== id),
  });
}
