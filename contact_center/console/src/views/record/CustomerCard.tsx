// The customer: name, class (VIP, at risk), addresses with their verified mark, local time, whom they prefer, our note. The form is
// fetched when somebody edits.
import { ActionIcon } from "@mantine/core";
import {
  IconAlertTriangle,
  IconMail,
  IconPencil,
  IconPencilPlus,
  IconPhone,
  IconShieldCheck,
  IconStarFilled,
  IconUser,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { day } from "../../format";
import { useLanguage } from "../../i18n";
import { Avatar } from "../../parts/Avatar";
import { useMinute } from "../../store/clock";
import { openMail } from "../../store/newMail";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Customer, Identity } from "../../types";
import { writeAddresses } from "../composer/addresses";
import { useAgents } from "../thread/people";

const CustomerForm = lazy(() => import("./CustomerForm").then((module) => ({ default: module.CustomerForm })));

const ICONS: Record<string, typeof IconMail> = {
  email: IconMail,
  mailbox: IconMail,
  phone: IconPhone,
  e164: IconPhone,
};

function Identities({ all, name }: { all: Identity[]; name: string }) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  return (
    <dl className="idents">
      {all.map((each) => {
        const Icon = ICONS[each.kind] ?? IconUser;
        return (
          <div key={each.id}>
            <dt>
              <Icon size={14} stroke={1.7} aria-hidden />
              <span className="sr">{t("record.identity")}</span>
            </dt>
            <dd title={each.value}>{each.value}</dd>
            {each.kind === "email" && user?.agent && may(user, "conversations.write") && (
              <dd className="act">
                <ActionIcon
                  variant="subtle"
                  size={24}
                  aria-label={t("newMail.to", { address: each.value })}
                  onClick={() =>
                    openMail(user.id, { to: writeAddresses([{ value: each.value, name }]), continues: null })
                  }
                >
                  <IconPencilPlus size={15} aria-hidden />
                </ActionIcon>
              </dd>
            )}
            {each.verified && (
              <dd className="ok">
                <IconShieldCheck size={14} role="img" aria-label={t("record.verified")} />
              </dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}

function LocalTime({ zone }: { zone: string }) {
  const now = useMinute();
  const language = useLanguage();
  try {
    return (
      <>
        {new Intl.DateTimeFormat(language, {
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
          timeZone: zone,
        }).format(now)}
      </>
    );
  } catch {
    return <>{zone}</>;
  }
}

/** Whose customer it is: they are asked first, in this order, as far as they are at work. */
function Preferred({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  const names = new Map((useAgents().data?.items ?? []).map((agent) => [agent.id, agent.name]));
  const known = ids.flatMap((id) => names.get(id) ?? []);
  if (known.length === 0) return null;
  return (
    <div>
      <dt>{t("record.preferredAgents")}</dt>
      <dd>{known.join(", ")}</dd>
    </div>
  );
}

export function CustomerCard({ customer, identities }: { customer: Customer; identities: Identity[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { user } = useValue(session);
  const [editing, setEditing] = useState(false);
  const writes = may(user, "customers.write");
  const notes = may(user, "customers.notes");
  const since = t("record.since", { date: day(language, customer.created_at) });
  return (
    <section>
      <div className="cust">
        <Avatar name={customer.name} size={46} />
        <div>
          <h3>
            {customer.name}
            {customer.vip && <IconStarFilled size={14} className="vip" role="img" aria-label={t("vip")} />}
            {customer.at_risk && (
              <IconAlertTriangle size={14} className="risk" role="img" aria-label={t("record.atRisk")} />
            )}
          </h3>
          <span className="sub">{customer.company || since}</span>
        </div>
        {(writes || notes) && !editing && (
          <ActionIcon variant="subtle" size={32} aria-label={t("record.edit")} onClick={() => setEditing(true)}>
            <IconPencil size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      <Identities all={identities} name={customer.name} />
      {(customer.time_zone || customer.language || customer.preferred_agent_ids.length > 0) && (
        <dl className="facts">
          {customer.time_zone && (
            <div>
              <dt>{t("record.localTime")}</dt>
              <dd className="num">
                <LocalTime zone={customer.time_zone} />
              </dd>
            </div>
          )}
          {customer.language && (
            <div>
              <dt>{t("record.language")}</dt>
              <dd>
                {new Intl.DisplayNames(language, { type: "language", fallback: "code" }).of(customer.language) ??
                  customer.language}
              </dd>
            </div>
          )}
          {customer.preferred_agent_ids.length > 0 && <Preferred ids={customer.preferred_agent_ids} />}
        </dl>
      )}
      {editing ? (
        <div style={{ marginTop: 12 }}>
          <Suspense fallback={<p className="muted">{t("loading")}</p>}>
            <CustomerForm customer={customer} notesOnly={!writes} onDone={() => setEditing(false)} />
          </Suspense>
        </div>
      ) : (
        customer.note && <p className="cust-note">{customer.note}</p>
      )}
    </section>
  );
}
