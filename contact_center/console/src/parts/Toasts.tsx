import { IconAlertTriangle, IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useValue } from "../store/value";
import { closeToast, toasts } from "./toast";

export function Toasts() {
  const { t } = useTranslation();
  const all = useValue(toasts);
  return (
    <section className="toasts" aria-live="polite" aria-label={t("toasts")}>
      {all.map((each) => (
        <div key={each.id} className={`toast ${each.tone}`}>
          {each.tone === "ok" ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
          <span>{each.text}</span>
          {each.action && (
            <button
              type="button"
              className="link"
              onClick={() => {
                each.action?.run();
                closeToast(each.id);
              }}
            >
              {each.action.label}
            </button>
          )}
          <button type="button" className="bare" aria-label={t("close")} onClick={() => closeToast(each.id)}>
            <IconX size={14} aria-hidden />
          </button>
        </div>
      ))}
    </section>
  );
}
