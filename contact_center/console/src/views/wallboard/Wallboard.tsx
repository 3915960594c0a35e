// How the queues stand, for whoever watches over them: tiles, one line a queue, agents by state. `?big=1` is for a wall.
import { ActionIcon, Select } from "@mantine/core";
import { IconMaximize } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "../../format";
import { useLanguage } from "../../i18n";
import { useMinute } from "../../store/clock";
import { useValue } from "../../store/value";
import { openWall, type Wall } from "../../store/wall";
import type { WallQueue } from "../../types";
import { LiveSheet } from "../queues/LiveSheet";
import { AgentTable } from "./AgentTable";
import { QueueTable } from "./QueueTable";
import { Tiles } from "./Tiles";
import { useAwake } from "./useAwake";

function Clock() {
  const language = useLanguage();
  return <b className="wall-clock num">{clockTime(language, useMinute())}</b>;
}

interface ToolsProps {
  queues: WallQueue[];
  chosen: string | null;
  onChoose: (queue: string | null) => void;
}

function Tools({ queues, chosen, onChoose }: ToolsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        aria-label={t("queues.queue")}
        placeholder={t("wall.allQueues")}
        data={queues.map((each) => ({ value: each.queue.id, label: each.queue.name }))}
        value={chosen}
        onChange={onChoose}
        clearable
        w={190}
      />
      <Clock />
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t("wall.fullScreen")}
        onClick={() => void document.documentElement.requestFullscreen?.().catch(() => undefined)}
      >
        <IconMaximize size={17} aria-hidden />
      </ActionIcon>
    </>
  );
}

function Board({ wall }: { wall: Wall }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { big, queue: chosen = null } = useSearch({ strict: false });
  const { queues, target, at } = useValue(wall.board);
  const shown = (queues ?? []).filter((each) => chosen === null || each.queue.id === chosen);
  const choose = (queue: string | null) =>
    void navigate({ to: "/wallboard", search: { ...(queue ? { queue } : {}) }, replace: true });
  const tools = big ? <Clock /> : <Tools queues={queues ?? []} chosen={chosen} onChoose={choose} />;
  return (
    <LiveSheet title={t("wall.title")} at={at} tools={tools}>
      {queues === null && (
        <p className="empty" role="status">
          {t("loading")}
        </p>
      )}
      {queues?.length === 0 && <p className="empty">{t("wall.none")}</p>}
      {shown.length > 0 && (
        <>
          <Tiles queues={shown} target={target} />
          <QueueTable queues={shown} target={target} />
          <AgentTable queues={shown} />
        </>
      )}
    </LiveSheet>
  );
}

export function Wallboard() {
  const { t } = useTranslation();
  const { big } = useSearch({ strict: false });
  const [wall] = useState(openWall);
  useAwake(big === true);
  useEffect(() => {
    wall.start();
    return () => wall.stop();
  }, [wall]);
  useEffect(() => {
    document.title = t("app.title", { page: t("wall.title") });
  }, [t]);
  return (
    <div className={big ? "wall big" : "wall"}>
      <Board wall={wall} />
    </div>
  );
}
