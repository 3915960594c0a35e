// Chat sites: which pages may show the chat, how it greets and looks, who answers; and the line of script to put on a page.
import { Button, ColorInput, PasswordInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelAccount, Language, Queue } from "../../types";
import { useList } from "./list";
import { type FieldProps, Resource } from "./Resource";

interface Form {
  name: string;
  address: string;
  language: string;
  enabled: boolean;
  default_queue_id: string | null;
  origins: string;
  colour: string;
  greeting_en: string;
  greeting_zh: string;
  ask: string;
  mail_account_id: string | null;
  signing_secret: string;
}

const BLANK: Form = {
  name: "",
  address: "",
  language: "en",
  enabled: true,
  default_queue_id: null,
  origins: "",
  colour: "#1f5fbf",
  greeting_en: "",
  greeting_zh: "",
  ask: "nothing",
  mail_account_id: null,
  signing_secret: "",
};

const script = (site: string) =>
  `<script src="${window.location.origin}/widget/loader.js" data-site="${site}" async></script>`;

function Snippet({ account }: { account: ChannelAccount }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const text = script(account.address);
  const copy = async () => {
    await navigator.clipboard.writeText(text).catch(() => undefined);
    setCopied(true);
  };
  return (
    <section className="fieldset" aria-label={t("admin.sites.snippet")}>
      <b>{t("admin.sites.snippet")}</b>
      <p className="muted">{t("admin.sites.snippetHow")}</p>
      <Textarea
        aria-label={t("admin.sites.snippet")}
        readOnly
        rows={2}
        value={text}
        onFocus={(e) => e.target.select()}
      />
      <Button
        variant="default"
        style={{ justifySelf: "start" }}
        leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
        onClick={() => void copy()}
      >
        {copied ? t("admin.sites.copied") : t("admin.sites.copy")}
      </Button>
    </section>
  );
}

function Looks({ form, set, error }: FieldProps<Form>) {
  const { t } = useTranslation();
  return (
    <fieldset className="fieldset">
      <legend>{t("admin.sites.looks")}</legend>
      <ColorInput
        label={t("admin.sites.colour")}
        value={form.colour}
        error={error("colour")}
        onChange={(colour) => set({ colour })}
      />
      <Textarea
        label={t("admin.sites.greetingEn")}
        rows={2}
        value={form.greeting_en}
        error={error("greeting")}
        onChange={(event) => set({ greeting_en: event.currentTarget.value })}
      />
      <Textarea
        label={t("admin.sites.greetingZh")}
        rows={2}
        value={form.greeting_zh}
        onChange={(event) => set({ greeting_zh: event.currentTarget.value })}
      />
      <Select
        label={t("admin.sites.ask")}
        allowDeselect={false}
        data={["nothing", "name", "email"].map((value) => ({ value, label: t(`admin.sites.asks.${value}`) }))}
        value={form.ask}
        onChange={(value) => set({ ask: value ?? "nothing" })}
      />
    </fieldset>
  );
}

function Fields(props: FieldProps<Form>) {
  const { form, set, error, isNew } = props;
  const { t } = useTranslation();
  const queues = useList<Queue>("/queues").data?.items ?? [];
  const mailboxes = (useList<ChannelAccount>("/channel-accounts").data?.items ?? []).filter(
    (account) => account.channel === "email",
  );
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
        label={t("admin.sites.key")}
        description={t("admin.sites.keyHow")}
        required
        value={form.address}
        error={error("address")}
        onChange={(event) => set({ address: event.currentTarget.value })}
      />
      <Textarea
        label={t("admin.sites.origins")}
        description={t("admin.sites.originsHow")}
        placeholder="https://shop.example"
        rows={3}
        value={form.origins}
        error={error("origins")}
        onChange={(event) => set({ origins: event.currentTarget.value })}
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
      <Select
        label={t("admin.sites.mailbox")}
        description={t("admin.sites.mailboxHow")}
        clearable
        data={mailboxes.map((account) => ({ value: account.id, label: account.address }))}
        value={form.mail_account_id}
        error={error("mail_account_id")}
        onChange={(value) => set({ mail_account_id: value })}
      />
      <Switch
        label={t("admin.enabled")}
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <Looks {...props} />
      <PasswordInput
        label={t("admin.sites.secret")}
        description={isNew ? t("admin.sites.secretHow") : `${t("admin.sites.secretHow")} ${t("admin.mailboxes.keep")}`}
        autoComplete="new-password"
        value={form.signing_secret}
        error={error("signing_secret")}
        onChange={(event) => set({ signing_secret: event.currentTarget.value })}
        visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
      />
    </>
  );
}

function bodyOf(form: Form, row: ChannelAccount | null) {
  const { origins, colour, greeting_en, greeting_zh, ask, mail_account_id, signing_secret, ...rest } = form;
  const settings = {
    origins: origins.split(/\s+/).filter(Boolean),
    colour,
    greeting: { en: greeting_en, "zh-CN": greeting_zh },
    ask,
    mail_account_id,
    ...(signing_secret ? { signing_secret } : {}),
  };
  return { ...rest, language: rest.language as Language, settings, ...(row ? {} : { channel: "chat" }) };
}

export function SitesSection() {
  const { t } = useTranslation();
  return (
    <Resource<ChannelAccount, Form>
      name="sites"
      path="/channel-accounts"
      keep={(account) => account.channel === "chat"}
      right="settings.write"
      deletable
      idOf={(account) => account.id}
      nameOf={(account) => account.name}
      columns={[
        { head: t("admin.sites.key"), cell: (account) => account.address },
        { head: t("admin.sites.origins"), cell: (account) => account.settings?.origins?.join(", ") || t("none") },
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
        name: account.name,
        address: account.address,
        language: account.language ?? "en",
        enabled: account.enabled,
        default_queue_id: account.default_queue_id,
        origins: account.settings?.origins?.join("\n") ?? "",
        colour: account.settings?.colour ?? BLANK.colour,
        greeting_en: account.settings?.greeting?.en ?? "",
        greeting_zh: account.settings?.greeting?.["zh-CN"] ?? "",
        ask: account.settings?.ask ?? "nothing",
        mail_account_id: account.settings?.mail_account_id ?? null,
      })}
      bodyOf={bodyOf}
      extra={(account) => <Snippet account={account} />}
      fields={(props) => <Fields {...props} />}
    />
  );
}
