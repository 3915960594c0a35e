// Every step of a complaint, oldest first: who, when, and what was said or corrected.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { When } from "../../parts/Time";
import type { ComplaintStepLine, Page } from "../../types";

type Change = ComplaintStepLine["changes"][number];

function Changed({ change }: { change: Change }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const words = (value: Change["after"]): string => {
    if (value === null) return t("none");
    if (typeof value !== "string") return value[language];
    if (change.field === "severity") return t(`complaint.severities.${value}`);
    return change.field === "outcome" ? t(`complaint.outcomes.${value}`) : value;
  };
  const field = t(`complaint.fields.${change.field}`);
  return (
    <p>
      {change.before === null
        ? t("complaint.said", { field, after: words(change.after) })
        : t("complaint.changed", { field, before: words(change.before), after: words(change.after) })}
    </p>
  );
}

export function Story({ id, version }: { id: string; version: number }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["complaint-story", id, version],
    queryFn: ({ signal }) => api.get<Page<ComplaintStepLine>>(`/complaints/${id}/history`, { signal }),
    placeholderData: (before) => before,
  });
  return (
    <section>
      <h3>{t("complaint.story")}</h3>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      {found.isLoading && <p className="muted">{t("loading")}</p>}
      <ol className="story">
        {found.data?.items.map((line) => (
          <li key={line.id}>
            <div>
              <b>{t(`complaint.done.${line.step}`)}</b>
              <span className="num">
                <When at={line.at} /> {line.by?.name}
              </span>
            </div>
            {line.changes.map((change) => (
              <Changed key={change.field} change={change} />
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
