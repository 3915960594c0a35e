// What went wrong, in place, with a way to try again. The rest of the screen stays usable.
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem } from "../api";

/** Words for an error: the server's own, or that it could not be reached. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiProblem)) return t("problem.unknown");
    if (error.offline) return t("problem.unreachable");
    if (error.status === 403) return t("problem.forbidden");
    return error.message || t("problem.unknown");
  };
}

export function Problem({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation();
  const words = useProblemText();
  return (
    <div className="problem" role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <span>{words(error)}</span>
      {again && (
        <button type="button" className="link" onClick={again}>
          {t("problem.again")}
        </button>
      )}
    </div>
  );
}
