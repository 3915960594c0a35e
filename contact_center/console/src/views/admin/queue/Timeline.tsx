// What becomes of an interaction that waits: who could take it at each stage, when requirements fall, when it moves to another
// queue. The same facts stand in a list for those who do not see the bar.
import { useTranslation } from "react-i18next";
import { duration } from "../../../format";
import { useLanguage } from "../../../i18n";
import type { OverflowStep, Stage } from "../../../types";

interface Props {
  stages: Stage[];
  overflow: OverflowStep[];
  skillName: (id: string) => string;
  queueName: (id: string) => string;
}

interface Mark {
  after: number;
  tone: "ok" | "bad" | "away";
  title: string;
  detail: string;
}

export function Timeline({ stages, overflow, skillName, queueName }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const needsOf = (stage: Stage) =>
    stage.needs.length === 0
      ? t("admin.queues.line.anybody")
      : stage.needs
          .map((need) =>
            t("admin.queues.line.need", { skill: skillName(need.skill_id), level: need.level, count: need.agents }),
          )
          .join(" · ");
  const marks: Mark[] = [
    ...stages.map((stage) => ({
      after: stage.after,
      tone: stage.agents > 0 ? ("ok" as const) : ("bad" as const),
      title: t("admin.queues.line.able", { count: stage.agents }),
      detail: needsOf(stage),
    })),
    ...overflow.map((step) => ({
      after: step.after,
      tone: "away" as const,
      title: t("admin.queues.line.moves", { queue: queueName(step.queue_id) }),
      detail: step.if_nobody ? t("admin.queues.line.orNobody") : "",
    })),
  ].sort((one, other) => one.after - other.after);
  return (
    <figure className="timeline" aria-label={t("admin.queues.line.title")}>
      <figcaption>{t("admin.queues.line.title")}</figcaption>
      <ol>
        {marks.map((mark) => (
          <li key={`${mark.after}-${mark.tone}-${mark.title}`} className={mark.tone}>
            <span className="dot" aria-hidden />
            <span className="num at">
              {mark.after === 0 ? t("admin.queues.line.atOnce") : duration(language, mark.after)}
            </span>
            <span>
              <strong>{mark.title}</strong>
              {mark.detail && <span className="muted"> {mark.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}
