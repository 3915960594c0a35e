// The agents one may see: state with its timer, load, and (with the right) setting somebody's presence.
import { Button, Menu } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { useLanguage } from "../../i18n";
import { Avatar } from "../../parts/Avatar";
import { Problem, useProblemText } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { Since } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { useEntity } from "../../store/hooks";
import { may, putAgent, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { AgentState } from "../../types";
import { TONES, useReasonName, useReasons } from "../shell/PresenceMenu";
import { useAgents } from "../thread/useAgents";
import { useQueueNews } from "./useQueueNews";

function ChangePresence({ agent }: { agent: AgentState }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const reasons = useReasons();
  const words = useProblemText();
  const set = async (state: string, reason: string | null) => {
    try {
      putAgent(await api.put<AgentState>(`/agents/${agent.id}/presence`, { state, reason }));
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" aria-label={t("queues.changeOf", { name: agent.name })}>
          {t("queues.change")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void set("available", null)}>{t("presence.available")}</Menu.Item>
        {reasons.map((reason) => (
          <Menu.Item key={reason.id} onClick={() => void set("away", reason.id)}>
            {reason.name[language]}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => void set("offline", null)}>{t("presence.offline")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function AgentRow({ initial, changes }: { initial: AgentState; changes: boolean }) {
  const { t } = useTranslation();
  const agent = useEntity<AgentState>("agent", initial.id) ?? initial;
  const reason = useReasonName()(agent.presence.reason);
  return (
    <tr>
      <th scope="row" style={{ fontWeight: 500, color: "var(--text)", fontSize: 13.5 }}>
        <span className="who">
          <Avatar name={agent.name} size={28} />
          {agent.name}
        </span>
      </th>
      <td>
        <span className="who">
          <span className={`dot ${TONES[agent.derived]}`} aria-hidden />
          {agent.derived === "away" && reason ? reason : t(`presence.${agent.derived}`)}
        </span>
      </td>
      <td className="r">
        <Since at={agent.presence.since} />
      </td>
      <td className="r num">{t("top.of", { used: agent.capacity.used, all: agent.capacity.units })}</td>
      {changes && (
        <td>
          <div className="acts">
            <ChangePresence agent={agent} />
          </div>
        </td>
      )}
    </tr>
  );
}

export function Agents() {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const found = useAgents();
  const changes = may(user, "presence.others");
  const items = found.data?.items;
  useEffect(() => {
    for (const each of items ?? []) putAgent(each);
  }, [items]);
  const { refetch } = found;
  useQueueNews(refetch);
  return (
    <div className="card">
      <div className="card-h">
        <h2>{t("queues.agents")}</h2>
      </div>
      {found.error && <Problem error={found.error} again={() => void refetch()} />}
      {found.isLoading && <p className="empty">{t("loading")}</p>}
      <Scroll label={t("queues.agents")}>
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{t("queues.agent")}</th>
              <th scope="col">{t("queues.state")}</th>
              <th scope="col" className="r">
                {t("queues.stateSince")}
              </th>
              <th scope="col" className="r">
                {t("queues.load")}
              </th>
              {changes && (
                <th scope="col" className="r">
                  {t("admin.actions")}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {(items ?? []).map((agent) => (
              <AgentRow key={agent.id} initial={agent} changes={changes} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
