// Mailboxes: address, default queue, how answers go out; and a live test that says which step failed.
import { PasswordInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ago } from "../../format";
import { useLanguage } from "../../i18n";
import { serverNow } from "../../store/clock";
import type { ChannelAccount, Language, Queue } from "../../types";
import { LiveTest } from "./LiveTest";
import { useList } from "./list";
import { type FieldProps, Resource } from "./Resource";

interface Form {
  name: string;
  address: string;
  language: string;
  enabled: boolean;
  default_queue_id: string | null;
  relay_url: string;
  username: string;
  password: string;
  signature: string;
}

const BLANK: Form = {
  name: "",
  address: "",
  language: "en",
  enabled: true,
  default_queue_id: null,
  relay_url: "",
  username: "",
  password: "",
  signature: "",
};

function Fields({ form, set, error, isNew }: FieldProps<Form>) {
  const { t } = useTranslation();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  return (
    <>
      <TextInput
        label={t("admin.name")}
        required
        value={form.name}
        error={error("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("admin.mailboxes.address")}
        type="email"
        required
        value={form.address}
        error={error("address")}
        onChange={(event) => set({ address: event.currentTarget.value })}
      />
      <Select
        label={t("top.language")}
        allowDeselect={false}
        data={[
          { value: "en", label: "English" },
          { value: "zh-CN", label: "简体中文" },
        ]}
        value={form.language}
        onChange={(value) => set({ language: value ?? "en" })}
      />
      <Select
        label={t("admin.mailboxes.queue")}
        clearable
        data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
        value={form.default_queue_id}
        error={error("default_queue_id")}
        onChange={(value) => set({ default_queue_id: value })}
      />
      <Switch
        label={t("admin.enabled")}
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <fieldset className="fieldset">
        <legend>{t("admin.mailboxes.outgoing")}</legend>
        <TextInput
          label={t("admin.mailboxes.relay")}
          description={t("admin.mailboxes.relayHow")}
          placeholder="smtp://mail.example.org:587"
          value={form.relay_url}
          error={error("relay_url")}
          onChange={(event) => set({ relay_url: event.currentTarget.value })}
        />
        <TextInput
          label={t("admin.mailboxes.username")}
          autoComplete="off"
          value={form.username}
          error={error("username")}
          onChange={(event) => set({ username: event.currentTarget.value })}
        />
        <PasswordInput
          label={t("signin.password")}
          description={isNew ? undefined : t("admin.mailboxes.keep")}
          autoComplete="new-password"
          value={form.password}
          error={error("password")}
          onChange={(event) => set({ password: event.currentTarget.value })}
          visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
        />
        <Textarea
          label={t("admin.mailboxes.signature")}
          rows={3}
          value={form.signature}
          error={error("signature")}
          onChange={(event) => set({ signature: event.currentTarget.value })}
        />
      </fieldset>
    </>
  );
}

function bodyOf({ relay_url, username, password, signature, ...rest }: Form, row: ChannelAccount | null) {
  const settings = {
    relay_url: relay_url || null,
    username: username || null,
    signature: signature || null,
    ...(password ? { password } : {}),
  };
  return { ...rest, language: rest.language as Language, settings, ...(row ? {} : { channel: "email" }) };
}

export function MailboxesSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Resource<ChannelAccount, Form>
      name="mailboxes"
      path="/channel-accounts"
      keep={(account) => account.channel === "email"}
      right="settings.write"
      deletable
      idOf={(account) => account.id}
      nameOf={(account) => account.name}
      columns={[
        { head: t("admin.mailboxes.address"), cell: (account) => account.address },
        {
          head: t("admin.mailboxes.lastMail"),
          cell: (account) =>
            account.status?.last_inbound_at ? ago(language, account.status.last_inbound_at, serverNow()) : t("none"),
        },
        {
          head: t("admin.state"),
          cell: (account) => {
            const tone = !account.enabled ? "" : account.status?.last_error ? "bad" : "ok";
            return (
              <span className={`pill ${tone}`}>
                {!account.enabled
                  ? t("admin.off")
                  : account.status?.last_error
                    ? t("admin.mailboxes.error")
                    : t("admin.on")}
              </span>
            );
          },
        },
      ]}
      blank={BLANK}
      formOf={(account) => ({
        ...BLANK,
        name: account.name,
        address: account.address,
        language: account.language ?? "en",
        enabled: account.enabled,
        default_queue_id: account.default_queue_id,
        relay_url: account.settings?.relay_url ?? "",
        username: account.settings?.username ?? "",
        signature: account.settings?.signature ?? "",
      })}
      bodyOf={bodyOf}
      extra={(account) => <LiveTest account={account} />}
      fields={(props) => <Fields {...props} />}
    />
  );
}
