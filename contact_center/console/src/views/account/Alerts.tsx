// How one wants to be called, tried out on the spot, and how one writes. Each choice is saved as it is made.
import { Button, NativeSelect, Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { askToNotify, permission } from "../../attention";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { soundReady, testSound } from "../../sound";
import { alertsOf, type Alerts as Chosen, changeAlerts } from "../../store/alerts";
import { UNDO_CHOICES, undoSeconds } from "../../store/held";
import { changeMe, session } from "../../store/session";
import { useValue } from "../../store/value";

const SWITCHES = ["offers", "messages", "desktop", "quiet"] as const;

function useTelling(): (work: Promise<unknown>) => void {
  const words = useProblemText();
  return (work) => void work.catch((error: unknown) => toast(words(error), "bad"));
}

function Volume({ alerts, change }: { alerts: Chosen; change: (next: Partial<Chosen>) => void }) {
  const { t } = useTranslation();
  const [volume, setVolume] = useState(alerts.volume);
  const [tried, setTried] = useState(false);
  const ready = useValue(soundReady);
  return (
    <>
      <label className="volume">
        {t("alerts.volume")}
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={volume}
          onChange={(event) => setVolume(Number(event.currentTarget.value))}
          onPointerUp={() => change({ volume })}
          onBlur={() => volume !== alerts.volume && change({ volume })}
        />
      </label>
      <Button
        variant="default"
        onClick={() => {
          testSound({ volume });
          setTried(true);
        }}
      >
        {t("alerts.test")}
      </Button>
      {tried && <p role="status">{t(ready ? "alerts.played" : "alerts.blocked")}</p>}
    </>
  );
}

function Permission() {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState(permission());
  return (
    <p className="muted">
      {t(`alerts.permission.${answer}`)}{" "}
      {answer === "default" && (
        <button type="button" className="link" onClick={() => void askToNotify().then(setAnswer)}>
          {t("alerts.ask")}
        </button>
      )}
    </p>
  );
}

export function Alerts() {
  const { t } = useTranslation();
  const alerts = alertsOf(useValue(session).user);
  const telling = useTelling();
  const change = (next: Partial<Chosen>) => telling(changeAlerts(next));
  return (
    <section className="card form-card" aria-label={t("alerts.title")}>
      <h2>{t("alerts.title")}</h2>
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          checked={alerts[name]}
          label={t(`alerts.${name}`)}
          description={name === "quiet" ? t("alerts.quietHow") : undefined}
          onChange={(event) => change({ [name]: event.currentTarget.checked })}
        />
      ))}
      <Permission />
      <Volume alerts={alerts} change={change} />
    </section>
  );
}

export function Habits() {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const telling = useTelling();
  const save = (seconds: number) => telling(changeMe({ preferences: { ...user?.preferences, undo_seconds: seconds } }));
  return (
    <section className="card form-card" aria-label={t("habits.title")}>
      <h2>{t("habits.title")}</h2>
      <NativeSelect
        label={t("habits.undo")}
        value={String(undoSeconds())}
        data={UNDO_CHOICES.map((count) => ({
          value: String(count),
          label: count === 0 ? t("habits.never") : t("habits.seconds", { count }),
        }))}
        onChange={(event) => save(Number(event.currentTarget.value))}
      />
    </section>
  );
}
