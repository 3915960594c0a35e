// Numbers for SMS and WhatsApp: whose account at the provider, who answers; and a live test that says which step failed.
import { NumberInput, PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ago } from "../../format";
import { useLanguage } from "../../i18n";
import { serverNow } from "../../store/clock";
import type { ChannelAccount, Language, Queue } from "../../types";
import { LiveTest } from "./LiveTest";
import { useList } from "./list";
import { type FieldProps, Resource } from "./Resource";

const KINDS = ["sms", "whatsapp"];
const LONGEST_SEGMENTS = 10;

interface Form {
  channel: string;
  name: string;
  address: string;
  language: string;
  enabled: boolean;
  default_queue_id: string | null;
  account_sid: string;
  auth_token: string;
  messaging_service_sid: string;
  longest_segments: number;
}

const BLANK: Form = {
  channel: "sms",
  name: "",
  address: "",
  language: "en",
  enabled: true,
  default_queue_id: null,
  account_sid: "",
  auth_token: "",
  messaging_service_sid: "",
  longest_segments: LONGEST_SEGMENTS,
};

function Provider({ form, set, error, isNew }: FieldProps<Form>) {
  const { t } = useTranslation();
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.numbers.provider")}</legend>
      <TextInput
        label={t("admin.numbers.sid")}
        description={t("admin.numbers.sidHow")}
        placeholder="AC…"
        autoComplete="off"
        value={form.account_sid}
        error={error("account_sid")}
        onChange={(event) => set({ account_sid: event.currentTarget.value.trim() })}
      />
      <PasswordInput
        label={t("admin.numbers.token")}
        description={isNew ? undefined : t("admin.mailboxes.keep")}
        autoComplete="new-password"
        value={form.auth_token}
        error={error("auth_token")}
        onChange={(event) => set({ auth_token: event.currentTarget.value })}
        visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
      />
      <TextInput
        label={t("admin.numbers.service")}
        description={t("admin.numbers.serviceHow")}
        placeholder="MG…"
        autoComplete="off"
        value={form.messaging_service_sid}
        error={error("messaging_service_sid")}
        onChange={(event) => set({ messaging_service_sid: event.currentTarget.value.trim() })}
      />
      <NumberInput
        label={t("admin.numbers.segments")}
        description={t("admin.numbers.segmentsHow")}
        min={1}
        max={20}
        value={form.longest_segments}
        error={error("longest_segments")}
        onChange={(value) => set({ longest_segments: Number(value) || LONGEST_SEGMENTS })}
      />
    </fieldset>
  );
}

function Fields(props: FieldProps<Form>) {
  const { form, set, error, isNew } = props;
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
      <Select
        label={t("admin.numbers.kind")}
        allowDeselect={false}
        disabled={!isNew}
        data={KINDS.map((value) => ({ value, label: t(`admin.numbers.kinds.${value}`) }))}
        value={form.channel}
        onChange={(value) => set({ channel: value ?? "sms" })}
      />
      <TextInput
        label={t("admin.numbers.number")}
        description={t("admin.numbers.numberHow")}
        type="tel"
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
      <Provider {...props} />
    </>
  );
}

function bodyOf(form: Form, row: ChannelAccount | null) {
  const { channel, account_sid, auth_token, messaging_service_sid, longest_segments, ...rest } = form;
  const settings = {
    account_sid,
    messaging_service_sid,
    longest_segments,
    ...(auth_token ? { auth_token } : {}),
  };
  return { ...rest, language: rest.language as Language, settings, ...(row ? {} : { channel }) };
}

export function NumbersSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Resource<ChannelAccount, Form>
      name="numbers"
      path="/channel-accounts"
      keep={(account) => KINDS.includes(account.channel)}
      right="settings.write"
      deletable
      idOf={(account) => account.id}
      nameOf={(account) => account.name}
      columns={[
        { head: t("admin.numbers.number"), cell: (account) => account.address },
        { head: t("admin.numbers.kind"), cell: (account) => t(`admin.numbers.kinds.${account.channel}`) },
        {
          head: t("admin.numbers.lastText"),
          cell: (account) =>
            account.status?.last_inbound_at ? ago(language, account.status.last_inbound_at, serverNow()) : t("none"),
        },
        {
          head: t("admin.state"),
          cell: (account) => (
            <span className={`pill ${account.enabled ? "ok" : ""}`}>
              {account.enabled ? t("admin.on") : t("admin.off")}
            </span>
          ),
        },
      ]}
      blank={BLANK}
      formOf={(account) => ({
        ...BLANK,
        channel: account.channel,
        name: account.name,
        address: account.address,
        language: account.language ?? "en",
        enabled: account.enabled,
        default_queue_id: account.default_queue_id,
        account_sid: account.settings?.account_sid ?? "",
        messaging_service_sid: account.settings?.messaging_service_sid ?? "",
        longest_segments: account.settings?.longest_segments ?? LONGEST_SEGMENTS,
      })}
      bodyOf={bodyOf}
      extra={(account) => <LiveTest account={account} />}
      fields={(props) => <Fields {...props} />}
    />
  );
}
