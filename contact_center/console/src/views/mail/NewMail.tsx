// Writing first: a mail to a customer, known or new, in a layer above whatever one was doing. Closed, its words are kept.
import { Button, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { sendKey } from "../../keys";
import { Problem } from "../../parts/Problem";
import { putItem } from "../../store/apply";
import { entities } from "../../store/entities";
import { hold, undoSeconds } from "../../store/held";
import { changeMail, forgetMail, type NewMail as Kept, lastSender, newMail, rememberSender } from "../../store/newMail";
import { loadNewest, threadOf } from "../../store/threads";
import { useValue } from "../../store/value";
import type { Me, Message, Page, Then, WorkItem } from "../../types";
import { useSaving } from "../account/useSaving";
import { parseAddresses } from "../composer/addresses";
import { firstMark } from "../composer/canned";
import { MailFiles } from "./MailFiles";
import { Recipients } from "./Recipients";

interface Account {
  id: string;
  channel: string;
  name: string;
  address: string;
  enabled: boolean;
}

type Wrong = "empty" | "addresses" | "uploading" | "marks" | null;

function wrongWith(mail: Kept, uploading: boolean): Wrong {
  const all = [mail.to, mail.cc, mail.bcc].map(parseAddresses);
  if (uploading) return "uploading";
  if (all.some((each) => each.bad.length > 0) || all[0]?.good.length === 0) return "addresses";
  if (mail.text.trim() === "") return "empty";
  return firstMark(mail.text) ? "marks" : null;
}

async function begin(mail: Kept, account: string, then: Then): Promise<string> {
  const item = await api.post<WorkItem>(
    "/conversations",
    {
      channel_account_id: account,
      to: parseAddresses(mail.to).good,
      cc: parseAddresses(mail.cc).good,
      bcc: parseAddresses(mail.bcc).good,
      subject: mail.subject.trim(),
      text: mail.text,
      attachment_ids: mail.attachments.map((file) => file.id),
      client_message_id: mail.key,
      continues: mail.continues,
      undo_seconds: undoSeconds(),
      then,
    },
    { key: null },
  );
  putItem(item);
  return item.id;
}

/** So that the bar with Undo is there at once. */
async function offerUndo(conversation: string): Promise<void> {
  await loadNewest(conversation);
  const last = threadOf(conversation).ids.findLast((id) => entities.get<Message>("message", id)?.direction === "out");
  const message = last ? entities.get<Message>("message", last) : undefined;
  if (message) hold(message);
}

function Form({ user, mail }: { user: Me; mail: Kept }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [wrong, setWrong] = useState<Wrong>(null);
  const [uploading, setUploading] = useState(false);
  const { busy, problem, run } = useSaving();
  const accounts = useQuery({
    queryKey: ["senders"],
    queryFn: ({ signal }) => api.get<Page<Account>>("/channel-accounts", { query: { limit: 200 }, signal }),
  });
  const mailboxes = (accounts.data?.items ?? []).filter((each) => each.channel === "email" && each.enabled);
  const wished = mail.account ?? lastSender(user.id);
  const account = (mailboxes.find((each) => each.id === wished) ?? mailboxes[0])?.id ?? null;
  const change = (next: Partial<Kept>) => {
    setWrong(null);
    changeMail(user.id, next);
  };
  const send = (then: Then) => {
    const found = wrongWith(mail, uploading);
    setWrong(found);
    if (found || !account || busy) return;
    void run(async () => {
      const id = await begin(mail, account, then);
      rememberSender(user.id, account);
      forgetMail(user.id);
      void navigate({ to: "/c/$id", params: { id } });
      await offerUndo(id).catch(() => undefined);
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send("wait");
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      {mail.continues && <p className="muted">{t("newMail.continues")}</p>}
      <NativeSelect
        label={t("newMail.from")}
        value={account ?? ""}
        data={mailboxes.map((each) => ({ value: each.id, label: `${each.name} <${each.address}>` }))}
        onChange={(event) => change({ account: event.currentTarget.value })}
      />
      {accounts.isSuccess && mailboxes.length === 0 && <p className="muted">{t("newMail.noMailbox")}</p>}
      {accounts.error !== null && <Problem error={accounts.error} again={() => void accounts.refetch()} />}
      <Recipients mail={mail} wrong={wrong === "addresses"} onChange={change} />
      <TextInput
        label={t("newMail.subject")}
        value={mail.subject}
        maxLength={500}
        autoComplete="off"
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <Textarea
        label={t("newMail.text")}
        value={mail.text}
        autosize
        minRows={7}
        maxRows={18}
        onChange={(event) => change({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          const what = sendKey(event.nativeEvent, false);
          if (!what) return;
          event.preventDefault();
          send(what === "resolve" ? "resolve" : "wait");
        }}
      />
      <MailFiles mail={mail} onChange={change} onBusy={setUploading} />
      {wrong && (
        <p className="problem" role="alert">
          {t(`composer.refused.${wrong}`)}
        </p>
      )}
      {problem !== null && <Problem error={problem} />}
      <div className="form-a">
        <Button type="submit" loading={busy} disabled={!account}>
          {t("composer.sendWait")}
        </Button>
        <Button variant="default" onClick={() => forgetMail(user.id)}>
          {t("delivery.discard")}
        </Button>
      </div>
    </form>
  );
}

export function NewMail({ user }: { user: Me }) {
  const { t } = useTranslation();
  const mail = useValue(newMail);
  if (!mail) return null;
  return (
    <Modal
      opened
      onClose={() => newMail.set(null)}
      title={t("newMail.title")}
      size={640}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Form user={user} mail={mail} />
    </Modal>
  );
}
