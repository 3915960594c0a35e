// One's own account: the name colleagues see, the password, and API tokens. Language and theme stand in the top bar.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { changeMe, may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Me } from "../../types";
import { Alerts, Habits } from "./Alerts";
import { Tokens } from "./Tokens";
import { useSaving } from "./useSaving";

function Profile({ user }: { user: Me }) {
  const { t } = useTranslation();
  const [name, setName] = useState(user.name);
  const { busy, problem, run, error } = useSaving();
  const before = user.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        await changeMe({ name: name.trim() });
      } catch (wrong) {
        session.update((now) => (now.user ? { ...now, user: { ...now.user, name: before } } : now));
        throw wrong;
      }
      toast(t("account.saved"));
    });
  };
  return (
    <form className="card form-card" onSubmit={submit} noValidate>
      <h2>{t("account.profile")}</h2>
      <p className="muted">{user.email}</p>
      <TextInput
        label={t("account.name")}
        autoComplete="name"
        value={name}
        error={error("name")}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {problem !== null && !error("name") && <Problem error={problem} />}
      <Button type="submit" loading={busy} disabled={name.trim() === "" || name.trim() === user.name}>
        {t("save")}
      </Button>
    </form>
  );
}

function Password() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const { busy, problem, run, error } = useSaving();
  const toggle = { "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await api.post("/me/password", { current, new: next });
      setCurrent("");
      setNext("");
      setAgain("");
      toast(t("account.changed"));
    });
  };
  return (
    <form className="card form-card" onSubmit={submit} noValidate>
      <h2>{t("account.password")}</h2>
      <p className="muted">{t("account.ends")}</p>
      <PasswordInput
        label={t("account.current")}
        autoComplete="current-password"
        value={current}
        error={error("current")}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={t("setpw.new")}
        description={t("setpw.rule")}
        autoComplete="new-password"
        value={next}
        error={error("new")}
        onChange={(event) => setNext(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={t("setpw.again")}
        autoComplete="new-password"
        value={again}
        error={again !== "" && again !== next ? t("setpw.differs") : undefined}
        onChange={(event) => setAgain(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      {problem !== null && !error("current") && !error("new") && <Problem error={problem} />}
      <Button type="submit" loading={busy} disabled={current === "" || next === "" || again !== next}>
        {t("account.change")}
      </Button>
    </form>
  );
}

export function Account() {
  const { t } = useTranslation();
  const { user } = useValue(session);
  useEffect(() => {
    document.title = t("app.title", { page: t("account.title") });
  }, [t]);
  if (!user) return null;
  return (
    <main className="sheet" data-region>
      <div className="sheet-h">
        <h1>{t("account.title")}</h1>
      </div>
      <Profile key={user.id} user={user} />
      {user.agent && <Alerts />}
      {may(user, "conversations.write") && <Habits />}
      <Password />
      {may(user, "tokens.own") && <Tokens user={user} />}
    </main>
  );
}
