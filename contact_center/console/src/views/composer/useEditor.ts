// The state of one editor: its text and addresses, saved as a draft with every key, and sending them.
import { useRef, useState } from "react";
import { live } from "../../connection";
import { serverNow } from "../../store/clock";
import { draftKey, forgetDraft, readDraft, writeDraft } from "../../store/drafts";
import { entities } from "../../store/entities";
import { undoSeconds } from "../../store/held";
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
  const [to, setTo] = useState(() => writeAddresses(draft.to ?? (mode === "reply" ? panel.reply_to?.to : null) ?? []));
  const [cc, setCc] = useState(() => writeAddresses(draft.cc ?? (mode === "reply" ? panel.reply_to?.cc : null) ?? []));
  const [bcc, setBcc] = useState(() => writeAddresses(draft.bcc ?? []));
  const [refused, setRefused] = useState<Refused>(null);
  const [collision, setCollision] = useState<Message | null>(null);
  const began = useRef<string | null>(draft.text ? new Date(draft.at).toISOString() : null);
  const told = useRef(0);
  const email = mode !== "note" && panel.item.channel === "email";

  const change = (next: string) => {
    setText(next);
    setRefused(null);
    began.current ??= new Date(serverNow()).toISOString();
    writeDraft(id, mode, { text: next });
    live.viewing(id, mode === "note" ? "note" : "reply");
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
  const changeBcc = (next: string) => {
    setBcc(next);
    setRefused(null);
    writeDraft(id, mode, { bcc: parseAddresses(next).good });
  };

  const reasonNot = (): Refused => {
    const { attachments } = readDraft(id, mode);
    if ((uploads.get()[draftKey(id, mode)] ?? []).length > 0) return "uploading";
    if (text.trim() === "" && attachments.length === 0) return "empty";
    if (email && ([to, cc, bcc].some((each) => parseAddresses(each).bad.length > 0) || to.trim() === ""))
      return "addresses";
    if (mode !== "note" && firstMark(text)) return "marks";
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
    const { attachments, forwards } = readDraft(id, mode);
    const [toAll, ccAll, bccAll] = [to, cc, bcc].map((each) => parseAddresses(each).good);
    const recipients = email ? { to: toAll, cc: ccAll, bcc: bccAll, undo_seconds: undoSeconds() } : {};
    const body = {
      kind: mode,
      text,
      client_message_id: crypto.randomUUID(),
      then: mode === "reply" ? then : ("stay" as const),
      attachment_ids: attachments.map((file) => file.id),
      ...recipients,
      ...(mode === "forward" && forwards ? { forwards } : {}),
    };
    forgetDraft(id, mode);
    setText("");
    setCollision(null);
    began.current = null;
    void send(id, body, attachments, new Date(serverNow()).toISOString());
    return true;
  };
  return { text, to, cc, bcc, email, change, changeTo, changeCc, changeBcc, submit, refused, collision };
}
