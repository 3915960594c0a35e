// What can be done with a row, or with all marked ones: the same items in the row's menu and behind the bar's button.
import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import { useAgents } from "../thread/people";
import { choices } from "../thread/SnoozeItems";
import { doAll } from "./bulk";

export function AssignItems({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  const agents = useAgents();
  const found = agents.data?.items ?? [];
  if (found.length === 0) return <Menu.Item disabled>{agents.isLoading ? t("loading") : t("nothingFound")}</Menu.Item>;
  return found.map((agent) => (
    <Menu.Item key={agent.id} onClick={() => void doAll(ids, { verb: "assign", agent_id: agent.id })}>
      {t("transfer.agent", { name: agent.name, state: t(`presence.${agent.derived}`) })}
    </Menu.Item>
  ));
}

export function PutAsideItems({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return choices().map(([name, until]) => (
    <Menu.Item
      key={name}
      rightSection={<span className="muted num">{dateTime(language, until.getTime())}</span>}
      onClick={() => void doAll(ids, { verb: "snooze", until })}
    >
      {t(`snooze.${name}`)}
    </Menu.Item>
  ));
}

export function DeedItems({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  return (
    <>
      <Menu.Sub>
        <Menu.Sub.Target>
          <Menu.Sub.Item>{t("bulk.assign")}</Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown className="long-menu">
          <AssignItems ids={ids} />
        </Menu.Sub.Dropdown>
      </Menu.Sub>
      <Menu.Sub>
        <Menu.Sub.Target>
          <Menu.Sub.Item>{t("thread.snooze")}</Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown>
          <PutAsideItems ids={ids} />
        </Menu.Sub.Dropdown>
      </Menu.Sub>
      <Menu.Item onClick={() => void doAll(ids, { verb: "resolve" })}>{t("thread.resolve")}</Menu.Item>
      <Menu.Item onClick={() => void doAll(ids, { verb: "unread" })}>{t("bulk.unread")}</Menu.Item>
      <Menu.Item onClick={() => void doAll(ids, { verb: "requeue" })}>{t("thread.requeue")}</Menu.Item>
    </>
  );
}
