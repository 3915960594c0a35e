// The presence pill: what I am, since when, why; and the menu that changes it, at once or after this contact.
import { Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { live, setPresence } from "../../connection";
import { timer } from "../../format";
import { useLanguage } from "../../i18n";
import { useProblemText } from "../../parts/Problem";
import { Since } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { useNow } from "../../store/clock";
import { useValue } from "../../store/value";
import type { AgentState, DerivedPresence, Page, PresenceReason } from "../../types";

const GRACE_S = 45;
export const TONES: Record<DerivedPresence, string> = {
  available: "ok",
  busy: "busy",
  wrapping_up: "busy",
  away: "",
  not_responding: "bad",
  disconnected: "warn",
  offline: "",
};

function Grace({ since }: { since: number }) {
  useNow();
  return <span className="muted num">{timer(GRACE_S - (Date.now() - since) / 1000)}</span>;
}

export function useReasons(): PresenceReason[] {
  const found = useQuery({
    queryKey: ["presence-reasons"],
    queryFn: ({ signal }) => api.get<Page<PresenceReason>>("/presence-reasons", { signal }),
    staleTime: 600_000,
  });
  return found.data?.items ?? [];
}

/** The reason in the reader's language; it is stored as the reason's id. */
export function useReasonName(): (id: string | null) => string | null {
  const reasons = useReasons();
  const language = useLanguage();
  return (id) => (id === null ? null : (reasons.find((each) => each.id === id)?.name[language] ?? id));
}

function Shown({ agent }: { agent: AgentState }) {
  const { t } = useTranslation();
  const reason = useReasonName()(agent.presence.reason);
  const word = agent.derived === "away" && reason ? reason : t(`presence.${agent.derived}`);
  return (
    <>
      <span className={`dot ${TONES[agent.derived]}`} aria-hidden />
      <b>{word}</b>
      <span className="muted">
        <Since at={agent.presence.since} />
      </span>
      {agent.presence.next && (
        <span className="next wide">{t("presence.then", { state: t(`presence.${agent.presence.next.state}`) })}</span>
      )}
    </>
  );
}

export function PresenceMenu({
  agent,
  opened,
  onOpen,
}: {
  agent: AgentState;
  opened: boolean;
  onOpen: (open: boolean) => void;
}) {
  const { t } = useTranslation();
  const line = useValue(live.line);
  const language = useLanguage();
  const reasons = useReasons();
  const words = useProblemText();
  const [after, setAfter] = useState(false);
  const working = agent.capacity.used > 0;
  const down = line.state === "down" && line.everUp;
  const choose = (state: "available" | "away" | "offline", reason: string | null) => {
    void setPresence(state, reason, after && working && state !== "available").catch((error: unknown) =>
      toast(words(error), "bad"),
    );
    setAfter(false);
  };
  const missed = agent.derived === "not_responding";
  return (
    <>
      {missed && (
        <button type="button" className="mini" onClick={() => choose("available", null)}>
          {t("presence.back")}
        </button>
      )}
      <Menu position="bottom-end" width={250} opened={opened} onChange={onOpen}>
        <Menu.Target>
          <button
            type="button"
            className={`presence${missed ? " bad" : ""}`}
            disabled={down}
            title={missed ? t("presence.missedWhy") : undefined}
          >
            {down ? (
              <>
                <span className="dot warn" aria-hidden />
                <b>{t("presence.reconnecting")}</b>
                <Grace since={line.since} />
              </>
            ) : (
              <Shown agent={agent} />
            )}
            <IconChevronDown size={14} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<span className="dot ok" aria-hidden />} onClick={() => choose("available", null)}>
            {t("presence.available")}
          </Menu.Item>
          {working && (
            <Menu.Item closeMenuOnClick={false} onClick={() => setAfter(!after)}>
              {after ? t("presence.afterOn") : t("presence.afterOff")}
            </Menu.Item>
          )}
          <Menu.Divider role="separator" />
          {reasons.map((reason) => (
            <Menu.Item
              key={reason.id}
              leftSection={<span className="dot" aria-hidden />}
              onClick={() => choose("away", reason.id)}
            >
              {reason.name[language]}
            </Menu.Item>
          ))}
          {reasons.length === 0 && (
            <Menu.Item leftSection={<span className="dot" aria-hidden />} onClick={() => choose("away", null)}>
              {t("presence.away")}
            </Menu.Item>
          )}
          <Menu.Divider role="separator" />
          <Menu.Item onClick={() => choose("offline", null)}>{t("presence.offline")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
