// What the customer complained about, open first, with a warning when it is about the same again.
import { IconFlag3, IconPlus, IconRepeat } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import { When } from "../../parts/Time";
import { openComplaint, recordComplaint } from "../../store/complaints";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { ComplaintLine } from "../../types";
import { SeverityWord, StateChip } from "../complaints/Chips";

function Line({ line }: { line: ComplaintLine }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <li>
      <button type="button" onClick={() => openComplaint(line.id)}>
        <IconFlag3 size={15} stroke={1.7} aria-hidden />
        <span className="what">
          <b>{line.category.name[language]}</b>
          <span className="num">
            {t("complaint.number", { number: line.number })} · <SeverityWord severity={line.severity} /> ·{" "}
            <When at={line.recorded_at} />
          </span>
        </span>
        <StateChip state={line.state} />
      </button>
    </li>
  );
}

export function Complaints({ conversation, lines }: { conversation: string; lines: ComplaintLine[] }) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const again = lines.find((each) => each.open && each.repeats > 0);
  const language = useLanguage();
  return (
    <section aria-label={t("complaint.section")}>
      <div className="sec-h">
        <h4>{t("complaint.section")}</h4>
        {may(user, "complaints.write") && (
          <button type="button" className="link" onClick={() => recordComplaint(conversation)}>
            <IconPlus size={14} aria-hidden />
            {t("complaint.record")}
          </button>
        )}
      </div>
      {again && (
        <p className="repeat">
          <IconRepeat size={15} aria-hidden />
          {t("complaint.repeat", { times: again.repeats + 1, category: again.category.name[language] })}
        </p>
      )}
      {lines.length === 0 ? (
        <p className="muted small">{t("complaint.none")}</p>
      ) : (
        <ul className="past">
          {lines.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ul>
      )}
    </section>
  );
}
