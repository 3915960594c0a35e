// Who changed which setting or right, when, from what to what.
import { useTranslation } from "react-i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import type { AuditRow } from "../../types";
import { inWords, objectName, useNames } from "./audit";
import { fieldName } from "./labels";
import { Pages } from "./Pages";

type Names = ReturnType<typeof useNames>;

function Change({ field, pair, names }: { field: string; pair: unknown; names: Names }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const words = (value: unknown) => inWords(value, names, t, language);
  const [before, after] = Array.isArray(pair) ? pair : [null, pair];
  const name = fieldName(t, field);
  return (
    <div>
      {before === null
        ? t("admin.audit.field", { field: name, value: words(after) })
        : t("admin.audit.change", { field: name, before: words(before), after: words(after) })}
    </div>
  );
}

export function AuditSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  const verb = (row: AuditRow) => row.action.split(".").at(-1) ?? row.action;
  return (
    <Pages<AuditRow>
      title={t("admin.audit.title")}
      path="/audit-log"
      empty={t("admin.audit.empty")}
      columns={[
        { head: t("admin.audit.at"), cell: (row) => <span className="num one">{dateTime(language, row.at)}</span> },
        {
          head: t("admin.audit.who"),
          cell: (row) => <span className="one">{row.actor?.name ?? t("author.system")}</span>,
        },
        {
          head: t("admin.audit.what"),
          cell: (row) => (
            <span className="one">{t(`admin.audit.verbs.${verb(row)}`, { defaultValue: row.action })}</span>
          ),
        },
        {
          head: t("admin.audit.on"),
          cell: (row) => (
            <>
              <b>{objectName(row.object_id, row.changes ?? {}, names)}</b>
              <div className="muted">
                {t(`admin.audit.kinds.${row.object_type}`, { defaultValue: row.object_type })}
              </div>
            </>
          ),
        },
        {
          head: t("admin.audit.changes"),
          cell: (row) =>
            Object.entries(row.changes ?? {}).map(([field, pair]) => (
              <Change key={field} field={field} pair={pair} names={names} />
            )),
        },
      ]}
    />
  );
}
