// One line a queue, always in the same order, so that people learn where to look.
import { IconAlertOctagon, IconAlertTriangle, IconCircleCheck, IconMinus, IconStar } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { duration, percent } from "../../format";
import { useLanguage } from "../../i18n";
import { Scroll } from "../../parts/Scroll";
import { Waited } from "../../parts/Time";
import type { WallQueue } from "../../types";
import { type Grade, gradeOf, gradeOfQueue } from "./totals";

const ICONS = { good: IconCircleCheck, near: IconAlertTriangle, bad: IconAlertOctagon, none: IconMinus };

function Mark({ grade }: { grade: Grade }) {
  const { t } = useTranslation();
  const Icon = ICONS[grade];
  return (
    <span className={`wall-mark ${grade}`}>
      <Icon size={19} aria-hidden />
      <span className="sr">{t(`wall.grade.${grade}`)}</span>
    </span>
  );
}

/** The service level with a tick where the target stands. */
function Level({ level, target }: { level: number | null; target: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (level === null) return <>{t("none")}</>;
  return (
    <span className={`level ${gradeOf(level, target)}`}>
      <b className="num">{percent(language, level)}</b>
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden>
        <rect className="level-bg" x="0" y="2" width="100" height="8" />
        <rect className="level-in" x="0" y="2" width={level * 100} height="8" />
        <rect className="level-at" x={Math.min(target * 100, 99)} y="0" width="1" height="12" />
      </svg>
    </span>
  );
}

const Row = memo(function Row({ row, target }: { row: WallQueue; target: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const grade = gradeOfQueue(row, target);
  const free = row.agents.available;
  const on = Object.values(row.agents).reduce((all, each) => all + each, 0) - row.agents.offline;
  return (
    <tr className={grade}>
      <th scope="row">
        <span className="wall-q">
          <Mark grade={grade} />
          <Link to="/queues" search={{ queue: row.queue.id }} className="link">
            {row.queue.name}
          </Link>
          {row.vips.waiting > 0 && (
            <span className="pill warn">
              <IconStar size={13} aria-hidden /> {t("wall.vipsWaiting", { count: row.vips.waiting })}
            </span>
          )}
        </span>
      </th>
      <td className="r num big">{row.waiting}</td>
      <td className="r num">{row.longest ? <Waited since={row.longest.queued_at} /> : t("none")}</td>
      <td>
        <Level level={row.today.service_level} target={target} />
      </td>
      <td className="r num">{row.today.overdue}</td>
      <td className="r num">{row.offered}</td>
      <td className="r num">{row.in_progress}</td>
      <td className="r num">{t("queues.freeOf", { free, all: on })}</td>
      <td className="r num">
        {row.estimated.length === 0
          ? t("none")
          : row.estimated.map((each) => (
              <span key={each.channel} className="block">
                {t(each.p80_s === 0 ? "queues.atOnce" : "queues.between", {
                  channel: t(`channel.${each.channel}`),
                  from: duration(language, each.p50_s),
                  to: duration(language, each.p80_s),
                })}
              </span>
            ))}
      </td>
    </tr>
  );
});

export function QueueTable({ queues, target }: { queues: WallQueue[]; target: number }) {
  const { t } = useTranslation();
  const heads: [string, string][] = [
    [t("queues.waiting"), t("wall.waitingHelp")],
    [t("queues.longest"), t("wall.longestHelp")],
    [t("wall.level"), t("wall.levelHelp")],
    [t("wall.late"), t("wall.lateHelp")],
    [t("queues.offered"), ""],
    [t("queues.inProgress"), ""],
    [t("queues.free"), t("wall.freeHelp")],
    [t("queues.estimate"), t("queues.estimateHelp")],
  ];
  return (
    <Scroll label={t("wall.queues")} card>
      <table className="grid wall-t">
        <thead>
          <tr>
            <th scope="col">{t("queues.queue")}</th>
            {heads.map(([name, help]) => (
              <th key={name} scope="col" className={name === t("wall.level") ? "" : "r"} title={help || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queues.map((each) => (
            <Row key={each.queue.id} row={each} target={target} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
