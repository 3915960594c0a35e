// Why a form was not saved: the fields to mend, who still uses what was to go, or that somebody else saved first.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem } from "../../api";
import { Problem } from "../../parts/Problem";
import { fieldName } from "./labels";

function UsedBy({ problem }: { problem: ApiProblem }) {
  const { t } = useTranslation();
  const used = problem.current?.used_by as { type: string; id: string; name: string }[] | undefined;
  return (
    <div className="form-sum" role="alert" tabIndex={-1}>
      {problem.message}
      {used && (
        <>
          <p>{t("admin.usedBy", { count: used.length })}</p>
          <ul>
            {used.map((each) => (
              <li key={each.id}>{each.name}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Fields({ errors }: { errors: ApiProblem["errors"] }) {
  const { t } = useTranslation();
  return (
    <div className="form-sum" role="alert" tabIndex={-1}>
      {t("admin.errors", { count: errors.length })}
      <ul>
        {errors.map((each) => (
          <li key={each.field}>{t("admin.fieldError", { field: fieldName(t, each.field), message: each.message })}</li>
        ))}
      </ul>
    </div>
  );
}

function Meanwhile({ busy, reload, keep }: { busy: boolean; reload: () => void; keep: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="form-sum" role="alert" tabIndex={-1}>
      <p>{t("admin.meanwhile.text")}</p>
      <div className="line" style={{ marginTop: 8 }}>
        <Button size="xs" variant="default" disabled={busy} onClick={reload}>
          {t("admin.meanwhile.reload")}
        </Button>
        <Button size="xs" variant="default" disabled={busy} onClick={keep}>
          {t("admin.meanwhile.keep")}
        </Button>
      </div>
    </div>
  );
}

interface Props {
  problem: unknown;
  busy: boolean;
  reload: () => void;
  keep: () => void;
}

export function Faults({ problem, busy, reload, keep }: Props) {
  if (problem === null) return null;
  if (!(problem instanceof ApiProblem)) return <Problem error={problem} />;
  if (problem.status === 412) return <Meanwhile busy={busy} reload={reload} keep={keep} />;
  if (problem.errors.length > 0) return <Fields errors={problem.errors} />;
  return problem.code === "in_use" ? <UsedBy problem={problem} /> : <Problem error={problem} />;
}
