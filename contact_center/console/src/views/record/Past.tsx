// Earlier contacts and the tickets of this customer, newest first.
import { IconTicket } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { When } from "../../parts/Time";
import type { ConversationPanel } from "../../types";

export function Tickets({ tickets }: { tickets: ConversationPanel["tickets"] }) {
  const { t } = useTranslation();
  return (
    <section>
      <div className="sec-h">
        <h4>{t("record.tickets")}</h4>
      </div>
      <ul className="past">
        {tickets.map((each) => (
          <li key={each.id}>
            <div>
              <IconTicket size={15} stroke={1.7} aria-hidden />
              <span className="what">
                <b>{each.subject || t("thread.noSubject")}</b>
                <span className="num">
                  {t("thread.number", { number: each.number })} · <When at={each.opened_at} />
                </span>
              </span>
              <span className={`pill${each.status === "new" || each.status === "open" ? " warn" : ""}`}>
                {t(`ticket.${each.status}`)}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Past({ history }: { history: ConversationPanel["history"] }) {
  const { t } = useTranslation();
  return (
    <section>
      <div className="sec-h">
        <h4>{t("record.past")}</h4>
      </div>
      {history.length === 0 ? (
        <p className="muted" style={{ fontSize: 13 }}>
          {t("record.noPast")}
        </p>
      ) : (
        <ul className="past">
          {history.map((each) => (
            <li key={each.id}>
              <Link to="/c/$id" params={{ id: each.conversation_id }}>
                <ChannelIcon channel={each.channel} />
                <span className="what">
                  <b>{each.subject || t("thread.noSubject")}</b>
                  <span>
                    <When at={each.opened_at} />
                  </span>
                </span>
                <span className="pill">{t(`interaction.${each.state}`)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
