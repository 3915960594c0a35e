// Users: invite by mail, roles, language, deactivate.
import { Button, MultiSelect, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { ago } from "../../format";
import { useLanguage } from "../../i18n";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { serverNow } from "../../store/clock";
import type { Language, User } from "../../types";
import { Resource } from "./Resource";

const ROLES = ["agent", "supervisor", "admin"] as const;

interface Form {
  email: string;
  name: string;
  roles: User["roles"];
  language: Language;
  active: boolean;
}

function InviteAgain({ user }: { user: User }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const [busy, setBusy] = useState(false);
  if (!user.invited) return null;
  const invite = async () => {
    setBusy(true);
    try {
      await api.post(`/users/${user.id}/invite`);
      toast(t("admin.users.invitedAgain"));
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
  };
  return (
    <Button variant="default" loading={busy} onClick={() => void invite()} style={{ justifySelf: "start" }}>
      {t("admin.users.inviteAgain")}
    </Button>
  );
}

export function UsersSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  const stateOf = (user: User) => (!user.active ? "inactive" : user.invited ? "invited" : "active");
  return (
    <Resource<User, Form>
      name="users"
      path="/users"
      right="users.manage"
      idOf={(user) => user.id}
      nameOf={(user) => user.name}
      columns={[
        { head: t("admin.users.email"), cell: (user) => user.email },
        { head: t("admin.users.roles"), cell: (user) => user.roles.map((role) => t(`role.${role}`)).join(", ") },
        {
          head: t("admin.state"),
          cell: (user) => (
            <span className={`pill ${stateOf(user) === "active" ? "ok" : ""}`}>
              {t(`admin.users.${stateOf(user)}`)}
            </span>
          ),
        },
        {
          head: t("admin.users.seen"),
          cell: (user) => (user.last_seen_at ? ago(language, user.last_seen_at, serverNow()) : t("none")),
          right: true,
        },
      ]}
      blank={{ email: "", name: "", roles: ["agent"], language, active: true }}
      formOf={({ email, name, roles, language: spoken, active }) => ({ email, name, roles, language: spoken, active })}
      bodyOf={({ email, name, roles, language: spoken, active }, row) =>
        row ? { name, roles, language: spoken, active } : { email, name, roles, language: spoken }
      }
      extra={(user) => <InviteAgain user={user} />}
      fields={({ form, set, error, isNew }) => (
        <>
          <TextInput
            label={t("admin.users.email")}
            type="email"
            required={isNew}
            disabled={!isNew}
            value={form.email}
            error={error("email")}
            onChange={(event) => set({ email: event.currentTarget.value })}
          />
          <TextInput
            label={t("admin.name")}
            required
            value={form.name}
            error={error("name")}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <MultiSelect
            label={t("admin.users.roles")}
            data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
            value={form.roles}
            error={error("roles")}
            onChange={(roles) => set({ roles: roles as User["roles"] })}
          />
          <Select
            label={t("top.language")}
            data={[
              { value: "en", label: "English" },
              { value: "zh-CN", label: "简体中文" },
            ]}
            allowDeselect={false}
            value={form.language}
            onChange={(value) => set({ language: (value ?? "en") as Language })}
          />
          {!isNew && (
            <Switch
              label={t("admin.users.mayEnter")}
              checked={form.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          )}
        </>
      )}
    />
  );
}
