// Who changed which setting or right, when, from what to what.
import { useTranslation } from "react-i18next";
import { dateTime } from "../../format";
import { useLanguage } from "../../i18n";
import type { AuditRow } from "../../types";
import { Pages } from "./Pages";

const short = (value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

function Changes({ changes }: { changes: AuditRow["changes"] }) {
  const { t } = useTranslation();
  return (
    <div className="raw">
      {Object.entries(changes ?? {}).map(([field, pair]) => (
        <div key={field}>
          {Array.isArray(pair)
            ? t("admin.audit.change", { field, before: short(pair[0]), after: short(pair[1]) })
            : t("admin.audit.field", { field, value: short(pair) })}
        </div>
      ))}
    </div>
  );
}

export function AuditSection() {
  const { t } = useTranslation();
  const language = useLanguage();
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
        { head: t("admin.audit.what"), cell: (row) => row.action },
        { head: t("admin.audit.on"), cell: (row) => row.object_type },
        { head: t("admin.audit.changes"), cell: (row) => <Changes changes={row.changes} /> },
      ]}
    />
  );
}
