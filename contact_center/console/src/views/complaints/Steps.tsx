// What can be done with a complaint now. A step that needs words or a choice asks for them in place.
import "@mantine/core/styles/Radio.css";
import { Button, Radio, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import { type Complaint, OUTCOMES, type Outcome } from "../../types";

const STEPS = ["acknowledge", "resolve", "close", "reopen"] as const;
type Step = (typeof STEPS)[number];

interface Props {
  complaint: Complaint;
  changed: (now: Complaint) => void;
}

/** What must be said with a step; null: nothing. */
const asked: Record<Step, "resolution" | "reason" | "outcome" | null> = {
  acknowledge: null,
  resolve: "resolution",
  close: "outcome",
  reopen: "reason",
};

function useTaking({ complaint, changed }: Props) {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState<Step | null>(null);
  const take = async (step: Step, body: Record<string, string> = {}): Promise<boolean> => {
    setBusy(step);
    setProblem(null);
    try {
      changed(await api.post<Complaint>(`/complaints/${complaint.id}/${step}`, body));
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    } finally {
      setBusy(null);
    }
  };
  return { take, problem, busy };
}

function Asking({
  step,
  busy,
  onTake,
  onCancel,
}: {
  step: Step;
  busy: boolean;
  onTake: (body: Record<string, string>) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [outcome, setOutcome] = useState<Outcome>("accepted");
  const field = asked[step];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (field) onTake({ [field]: field === "outcome" ? outcome : words.trim() });
  };
  return (
    <form className="form" onSubmit={submit}>
      {field === "outcome" ? (
        <Radio.Group label={t("complaint.outcome")} value={outcome} onChange={(value) => setOutcome(value as Outcome)}>
          {OUTCOMES.map((each) => (
            <Radio key={each} mt={8} value={each} label={t(`complaint.outcomes.${each}`)} />
          ))}
        </Radio.Group>
      ) : (
        <Textarea
          label={field === "reason" ? t("complaint.reason") : t("complaint.resolution")}
          value={words}
          rows={3}
          required
          withAsterisk={false}
          autoFocus
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <div className="row-b">
        <Button variant="default" onClick={onCancel}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={busy} disabled={field !== "outcome" && words.trim() === ""}>
          {t(`complaint.steps.${step}`)}
        </Button>
      </div>
    </form>
  );
}

export function Steps({ complaint, changed }: Props) {
  const { t } = useTranslation();
  const { take, problem, busy } = useTaking({ complaint, changed });
  const [asking, setAsking] = useState<Step | null>(null);
  const possible = STEPS.filter((step) => complaint.can[step]);
  const begin = (step: Step) => (asked[step] === null ? void take(step) : setAsking(step));
  const taken = async (step: Step, body: Record<string, string>) => {
    if (await take(step, body)) setAsking(null);
  };
  return (
    <section className="complaint-s">
      {problem !== null && <Problem error={problem} />}
      {asking !== null && complaint.can[asking] ? (
        <Asking
          key={asking}
          step={asking}
          busy={busy === asking}
          onTake={(body) => void taken(asking, body)}
          onCancel={() => setAsking(null)}
        />
      ) : (
        possible.length > 0 && (
          <div className="row-b">
            {possible.map((step, index) => (
              <Button
                key={step}
                variant={index === 0 && step !== "reopen" ? "filled" : "default"}
                loading={busy === step}
                onClick={() => begin(step)}
              >
                {t(`complaint.steps.${step}`)}
              </Button>
            ))}
          </div>
        )
      )}
    </section>
  );
}
