// The customer: name, VIP, addresses with their verified mark, local time, our note. Editing saves with If-Match, so that two
// people changing the same customer are told instead of overwriting each other.
import { ActionIcon, Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { IconMail, IconPencil, IconPhone, IconShieldCheck, IconStarFilled, IconUser } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { day } from "../../format";
import { useLanguage } from "../../i18n";
import { Avatar } from "../../parts/Avatar";
import { Problem } from "../../parts/Problem";
import { useMinute } from "../../store/clock";
import { entities } from "../../store/entities";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Customer, Identity } from "../../types";

const ICONS: Record<string, typeof IconMail> = {
  email: IconMail,
  mailbox: IconMail,
  phone: IconPhone,
  e164: IconPhone,
};

function Identities({ all }: { all: Identity[] }) {
  const { t } = useTranslation();
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

function EditForm({ customer, notesOnly, onDone }: { customer: Customer; notesOnly: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(customer.name);
  const [vip, setVip] = useState(customer.vip);
  const [note, setNote] = useState(customer.note ?? "");
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const body = notesOnly ? { note } : { name: name.trim(), vip, note };
    try {
      const saved = await api.patch<Customer>(`/customers/${customer.id}`, body, customer.version);
      entities.put("customer", saved.id, saved.version, saved);
      onDone();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={save}>
      {!notesOnly && (
        <TextInput
          label={t("record.name")}
          value={name}
          required
          withAsterisk={false}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {!notesOnly && (
        <Checkbox label={t("vip")} checked={vip} onChange={(event) => setVip(event.currentTarget.checked)} />
      )}
      <Textarea
        label={t("record.note")}
        value={note}
        rows={3}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {problem !== null && <Problem error={problem} />}
      <div className="row-b">
        <Button variant="default" onClick={onDone}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("save")}
        </Button>
      </div>
    </form>
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
          </h3>
          <span className="sub">{customer.company || since}</span>
        </div>
        {(writes || notes) && !editing && (
          <ActionIcon variant="subtle" size={32} aria-label={t("record.edit")} onClick={() => setEditing(true)}>
            <IconPencil size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      <Identities all={identities} />
      {(customer.time_zone || customer.language) && (
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
        </dl>
      )}
      {editing ? (
        <div style={{ marginTop: 12 }}>
          <EditForm customer={customer} notesOnly={!writes} onDone={() => setEditing(false)} />
        </div>
      ) : (
        customer.note && <p className="cust-note">{customer.note}</p>
      )}
    </section>
  );
}
