// The frame of the queues' screen: says how old the figures are and greys them when they are too old. It alone draws itself
// each second; what stands inside is handed in ready-made, so the table is left alone.
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { live } from "../../connection";
import { duration } from "../../format";
import { useLanguage } from "../../i18n";
import { useNow } from "../../store/clock";
import { useValue } from "../../store/value";
import { type Freshness, freshnessOf } from "./freshness";

function Mark({ state, age }: { state: Freshness; age: number }) {
  const { t } = useTranslation();
  const shown = duration(useLanguage(), age);
  const words = {
    live: t("queues.live"),
    delayed: t("queues.delayed", { age: shown }),
    dead: t("queues.notLive", { age: shown }),
  };
  const spoken = { live: t("queues.live"), delayed: t("queues.spoken.delayed"), dead: t("queues.spoken.dead") };
  return (
    <span className={`live-mark num ${state === "live" ? "" : "warn"}`}>
      {state === "dead" ? (
        <IconAlertTriangle size={15} aria-hidden />
      ) : (
        <span className={`dot ${state === "live" ? "ok" : "warn"}`} aria-hidden />
      )}
      <span aria-hidden>{words[state]}</span>
      <span className="sr" role="status">
        {spoken[state]}
      </span>
    </span>
  );
}

interface Props {
  title: string;
  /** When the last answer came, by this machine's clock in milliseconds; 0 when none did. */
  at: number;
  tools?: ReactNode;
  children: ReactNode;
}

export function LiveSheet({ title, at, tools, children }: Props) {
  const { t } = useTranslation();
  const line = useValue(live.line);
  useNow();
  const age = Math.max(0, Math.floor((Date.now() - at) / 1000));
  const state = freshnessOf(age, line.state === "up");
  return (
    <main className={`sheet${at > 0 && state === "dead" ? " stale" : ""}`} data-region>
      <div className="sheet-h">
        <h1>{title}</h1>
        <span className="grow" />
        {at > 0 && <Mark state={state} age={age} />}
        {tools}
      </div>
      {at > 0 && state === "dead" && (
        <p className="problem" aria-hidden>
          {t("queues.dead")}
        </p>
      )}
      {children}
    </main>
  );
}
