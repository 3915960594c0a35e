// The state of one editor: its text and addresses, saved as a draft with every key, and sending them.
import { useRef, useState } from "react";
import { live } from "../../connection";
import { serverNow } from "../../store/clock";
import { draftKey, forgetDraft, readDraft, writeDraft } from "../../store/drafts";
import { entities } from "../../store/entities";
import { send } from "../../store/outbox";
import { session } from "../../store/session";
import { threadOf } from "../../store/threads";
import { uploads } from "../../store/uploads";
import type { ConversationPanel, Message, Mode, Then } from "../../types";
import { parseAddresses, writeAddresses } from "./addresses";
import { firstMark } from "./canned";

const TYPING_EVERY_MS = 2000;

export type Refused = "empty" | "addresses" | "uploading" | "marks" | null;

/** The last thing a colleague posted since `since`, which the writer may not have seen. */
function postedSince(id: string, since: string): Message | null {
  const me = session.get().user?.id;
  const found = threadOf(id).ids.findLast((each) => {
    const message = entities.get<Message>("message", each);
    return message && message.author.kind === "agent" && message.author.id !== me && message.at > since;
  });
  return found ? (entities.get<Message>("message", found) ?? null) : null;
}

export function useEditor(id: string, mode: Mode, panel: ConversationPanel) {
  const [draft] = useState(() => readDraft(id, mode));
  const [text, setText] = useState(draft.text);
  const [to, setTo] = useState(() => writeAddresses(draft.to ?? panel.reply_to?.to ?? []));
  const [cc, setCc] = useState(() => writeAddresses(draft.cc ?? panel.reply_to?.cc ?? []));
  const [refused, setRefused] = useState<Refused>(null);
  const [collision, setCollision] = useState<Message | null>(null);
  const began = useRef<string | null>(draft.text ? new Date(draft.at).toISOString() : null);
  const told = useRef(0);
  const email = mode === "reply" && panel.item.channel === "email";

  const change = (next: string) => {
    setText(next);
    setRefused(null);
    began.current ??= new Date(serverNow()).toISOString();
    writeDraft(id, mode, { text: next });
    live.viewing(id, mode);
    if (Date.now() - told.current > TYPING_EVERY_MS) {
      told.current = Date.now();
      live.typing(id);
    }
  };
  const changeTo = (next: string) => {
    setTo(next);
    setRefused(null);
    writeDraft(id, mode, { to: parseAddresses(next).good });
  };
  const changeCc = (next: string) => {
    setCc(next);
    setRefused(null);
    writeDraft(id, mode, { cc: parseAddresses(next).good });
  };

  const reasonNot = (): Refused => {
    const { attachments } = readDraft(id, mode);
    if ((uploads.get()[draftKey(id, mode)] ?? []).length > 0) return "uploading";
    if (text.trim() === "" && attachments.length === 0) return "empty";
    if (
      email &&
      (parseAddresses(to).bad.length > 0 || parseAddresses(cc).bad.length > 0 || parseAddresses(to).good.length === 0)
    )
      return "addresses";
    if (mode === "reply" && firstMark(text)) return "marks";
    return null;
  };

  /** True when it went on its way. */
  const submit = (then: Then): boolean => {
    const reason = reasonNot();
    setRefused(reason);
    if (reason) return false;
    const other = began.current ? postedSince(id, began.current) : null;
    if (other && other.id !== collision?.id) {
      setCollision(other);
      return false;
    }
    const { attachments } = readDraft(id, mode);
    const recipients = email ? { to: parseAddresses(to).good, cc: parseAddresses(cc).good } : {};
    const body = {
      kind: mode,
      text,
      client_message_id: crypto.randomUUID(),
      then: mode === "note" ? ("stay" as const) : then,
      attachment_ids: attachments.map((file) => file.id),
      ...recipients,
    };
    forgetDraft(id, mode);
    setText("");
    setCollision(null);
    began.current = null;
    void send(id, body, attachments, new Date(serverNow()).toISOString());
    return true;
  };
  return { text, to, cc, email, change, changeTo, changeCc, submit, refused, collision };
}
