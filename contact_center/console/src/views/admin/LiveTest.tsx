// The live test of a mailbox or number: tried against the real peer, saying which step failed.
import { Button } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import type { ChannelAccount, SendReason } from "../../types";

interface Tested {
  ok: boolean;
  steps: {
    name: "settings" | "connect" | "sign_in" | "sender" | "number";
    ok: boolean;
    reason: SendReason | null;
    detail: string;
  }[];
}

export function LiveTest({ account }: { account: ChannelAccount }) {
  const { t } = useTranslation();
  const [result, setResult] = useState<Tested | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setResult(await api.post<Tested>(`/channel-accounts/${account.id}/test`, {}, { timeoutMs: 60_000 }));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <section className="fieldset" aria-label={t("admin.mailboxes.test")}>
      {account.status?.last_error && <p className="problem">{account.status.last_error}</p>}
      <Button variant="default" loading={busy} onClick={() => void test()} style={{ justifySelf: "start" }}>
        {t("admin.mailboxes.test")}
      </Button>
      {problem !== null && <Problem error={problem} />}
      {result && (
        <div role="status">
          <b>{result.ok ? t("admin.mailboxes.works") : t("admin.mailboxes.fails")}</b>
          <ul className="steps">
            {result.steps.map((step) => (
              <li key={step.name} className={step.ok ? "ok" : "bad"}>
                {step.ok ? (
                  <IconCheck size={15} role="img" aria-label={t("admin.ok")} />
                ) : (
                  <IconX size={15} role="img" aria-label={t("admin.failed")} />
                )}
                <span>
                  <b>{t(`admin.mailboxes.step.${step.name}`)}</b>
                  {step.reason !== null && ` · ${t(`sendReason.${step.reason}`)}`}
                  {step.detail && ` · ${step.detail}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
