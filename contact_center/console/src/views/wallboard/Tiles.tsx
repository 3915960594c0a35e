// The figures that are read from across the room. A tile that is not well says so by shape and word, not by colour alone.
import { IconAlertOctagon, IconAlertTriangle, IconStar } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { number, percent } from "../../format";
import { useLanguage } from "../../i18n";
import { Waited } from "../../parts/Time";
import type { WallQueue } from "../../types";
import { type Grade, gradeOf, totals } from "./totals";

interface TileProps {
  name: string;
  help: string;
  grade?: Grade;
  hint?: ReactNode;
  children: ReactNode;
}

function Tile({ name, help, grade = "none", hint, children }: TileProps) {
  const { t } = useTranslation();
  const bad = { near: IconAlertTriangle, bad: IconAlertOctagon, good: null, none: null }[grade];
  const Icon = bad;
  return (
    <section className={`tile ${grade}`} aria-label={name} title={help}>
      <h2>
        {Icon && <Icon size={16} aria-hidden />}
        {name}
        {Icon && <span className="sr">{t(`wall.grade.${grade}`)}</span>}
      </h2>
      <p className="tile-n num">{children}</p>
      <p className="tile-h">{hint}</p>
    </section>
  );
}

export function Tiles({ queues, target }: { queues: WallQueue[]; target: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const all = totals(queues);
  const late = all.overdue > 0;
  return (
    <div className="tiles">
      <Tile
        name={t("wall.level")}
        help={t("wall.levelHelp")}
        grade={gradeOf(all.level, target)}
        hint={t("wall.target", { share: percent(language, target) })}
      >
        {all.level === null ? t("none") : percent(language, all.level)}
      </Tile>
      <Tile name={t("wall.waiting")} help={t("wall.waitingHelp")}>
        {number(language, all.waiting)}
      </Tile>
      <Tile
        name={t("queues.longest")}
        help={t("wall.longestHelp")}
        grade={late ? "bad" : "none"}
        hint={late ? t("wall.overdue", { count: all.overdue }) : ""}
      >
        {all.longest ? <Waited since={all.longest} /> : t("none")}
      </Tile>
      <Tile
        name={t("wall.vips")}
        help={t("wall.vipsHelp")}
        grade={all.vips > 0 ? "near" : "none"}
        hint={
          all.vipQueue && (
            <Link to="/queues" search={{ queue: all.vipQueue }} className="link">
              <IconStar size={14} aria-hidden /> {t("wall.goToVip")}
            </Link>
          )
        }
      >
        {number(language, all.vips)}
      </Tile>
      <Tile
        name={t("wall.abandoned")}
        help={t("wall.abandonedHelp")}
        hint={all.abandonedShare === null ? "" : t("wall.ofContacts", { share: percent(language, all.abandonedShare) })}
      >
        {number(language, all.abandoned)}
      </Tile>
      <Tile name={t("wall.answered")} help={t("wall.answeredHelp")}>
        {number(language, all.answered)}
      </Tile>
    </div>
  );
}
