// How a complaint stands and how bad it is, in a word and a colour that never stands alone.
import { useTranslation } from "react-i18next";
import type { ComplaintState, Severity } from "../../types";

const TONES: Partial<Record<ComplaintState, string>> = { recorded: " bad", resolved: " ok", closed: "" };

export function StateChip({ state }: { state: ComplaintState }) {
  const { t } = useTranslation();
  return <span className={`pill${TONES[state] ?? " warn"}`}>{t(`complaint.states.${state}`)}</span>;
}

export function SeverityWord({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  return <span className={severity === "critical" ? "grave" : undefined}>{t(`complaint.severities.${severity}`)}</span>;
}
