// Signing in, and asking for a new password. The same form stands in the layer over an expired session.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import { unlockSound } from "../../sound";
import { signIn } from "../../store/session";
import { Gate } from "./Gate";

export function SignInForm({ email: known, reset }: { email?: string; reset?: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    unlockSound();
    await signIn(email.trim(), password).catch(setProblem);
    setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t("signin.email")}
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        readOnly={known !== undefined}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label={t("signin.password")}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
      />
      {problem !== null && <Problem error={problem} />}
      <Button type="submit" h={38} loading={busy}>
        {t("signin.submit")}
      </Button>
      {reset && (
        <button type="button" className="link" onClick={reset}>
          {t("signin.forgot")}
        </button>
      )}
    </form>
  );
}

function ResetRequest({ back }: { back: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [state, setState] = useState<"asking" | "busy" | "sent">("asking");
  const [problem, setProblem] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("busy");
    try {
      await api.post("/password-reset", { email: email.trim() });
      setState("sent");
    } catch (error) {
      setProblem(error);
      setState("asking");
    }
  };
  if (state === "sent")
    return (
      <>
        <p role="status">{t("reset.sent", { email })}</p>
        <Button variant="default" onClick={back}>
          {t("reset.back")}
        </Button>
      </>
    );
  return (
    <form onSubmit={submit}>
      <p className="muted">{t("reset.how")}</p>
      <TextInput
        label={t("signin.email")}
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      {problem !== null && <Problem error={problem} />}
      <Button type="submit" h={38} loading={state === "busy"}>
        {t("reset.send")}
      </Button>
      <button type="button" className="link" onClick={back}>
        {t("reset.back")}
      </button>
    </form>
  );
}

export function SignIn() {
  const { t } = useTranslation();
  const [resetting, setResetting] = useState(false);
  return (
    <Gate title={resetting ? t("reset.title") : t("signin.title")}>
      {resetting ? <ResetRequest back={() => setResetting(false)} /> : <SignInForm reset={() => setResetting(true)} />}
    </Gate>
  );
}
