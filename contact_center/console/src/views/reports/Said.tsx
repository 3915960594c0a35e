// The newest answers themselves, each leading to the conversation that it is about.
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Scroll } from "../../parts/Scroll";
import { When } from "../../parts/Time";
import type { SurveyResponse } from "../../types";

export function Said({ items }: { items: SurveyResponse[] }) {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <div className="card">
      <div className="card-h">
        <h2>{t("reports.said")}</h2>
      </div>
      <Scroll label={t("reports.said")}>
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{t("reports.customer")}</th>
              <th scope="col">{t("reports.score")}</th>
              <th scope="col">{t("reports.comment")}</th>
              <th scope="col">{t("reports.queue")}</th>
              <th scope="col">{t("reports.agent")}</th>
              <th scope="col">{t("reports.when")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((each) => (
              <tr key={each.id}>
                <td>
                  <Link to="/c/$id" params={{ id: each.conversation_id }}>
                    {each.customer.name}
                  </Link>
                </td>
                <td>
                  <span className={`pill${(each.score ?? 5) <= 2 ? " warn" : ""}`}>
                    {t("record.csatScore", { score: each.score, word: t(`csat.score${each.score}`) })}
                  </span>
                </td>
                <td style={{ overflowWrap: "anywhere", minWidth: 160 }}>{each.comment}</td>
                <td>{each.queue.name}</td>
                <td>{each.agent?.name ?? t("none")}</td>
                <td>{each.answered_at && <When at={each.answered_at} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
