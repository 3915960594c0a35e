// How content the customer last was: the score as figure and word, their own words below.
import { useTranslation } from "react-i18next";
import { When } from "../../parts/Time";
import type { LastCsat } from "../../types";

export function Csat({ last }: { last: LastCsat }) {
  const { t } = useTranslation();
  return (
    <section>
      <div className="sec-h">
        <h4>{t("record.csat")}</h4>
      </div>
      <p style={{ fontSize: 13 }}>
        <span className={`pill${last.score <= 2 ? " warn" : ""}`}>
          {t("record.csatScore", { score: last.score, word: t(`csat.score${last.score}`) })}
        </span>{" "}
        <span className="muted">
          <When at={last.answered_at} />
        </span>
      </p>
      {last.comment && (
        <p className="muted" style={{ fontSize: 13, overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {last.comment}
        </p>
      )}
    </section>
  );
}
