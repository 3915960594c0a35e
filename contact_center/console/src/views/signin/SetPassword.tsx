// The page behind the link of an invitation or a password reset: /console/set-password#token= (after the # it stays out
// of every log on the way)
import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem, api } from "../../api";
import { Problem } from "../../parts/Problem";
import { Gate } from "./Gate";

export function SetPassword() {
  const { t } = useTranslation();
  const token = new URLSearchParams(window.location.hash.slice(1) || window.location.search).get("token") ?? "";
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const [problem, setProblem] = useState<unknown>(null);
  const differs = again !== "" && again !== password;
  const wrong =
    problem instanceof ApiProblem ? problem.errors.find((each) => each.field.endsWith("password")) : undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== again) return;
    setState("busy");
    setProblem(null);
    try {
      await api.post("/password-reset/confirm", { token, password });
      setState("done");
    } catch (error) {
      setProblem(error);
      setState("asking");
    }
  };
  if (token === "")
    return (
      <Gate title={t("setpw.title")}>
        <p role="alert">{t("setpw.noToken")}</p>
      </Gate>
    );
  if (state === "done")
    return (
      <Gate title={t("setpw.title")}>
        <p role="status">{t("setpw.done")}</p>
        <Button component="a" href="/console/">
          {t("setpw.go")}
        </Button>
      </Gate>
    );
  return (
    <Gate title={t("setpw.title")}>
      <form onSubmit={submit}>
        <PasswordInput
          label={t("setpw.new")}
          description={t("setpw.rule")}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={password}
          error={wrong?.message}
          aria-invalid={wrong !== undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
        />
        <PasswordInput
          label={t("setpw.again")}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={again}
          error={differs ? t("setpw.differs") : undefined}
          aria-invalid={differs}
          onChange={(event) => setAgain(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("signin.show"), "aria-hidden": false, tabIndex: 0 }}
        />
        {problem !== null && !wrong && <Problem error={problem} />}
        <Button type="submit" h={38} loading={state === "busy"}>
          {t("setpw.save")}
        </Button>
      </form>
    </Gate>
  );
}
