// The card outside the console: name, language and theme choice, and what is asked.
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "../../parts/Logo";
import { LanguageButton, ThemeButton } from "../shell/Looks";

export function Gate({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t("app.title", { page: title });
  }, [t, title]);
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="gate-top">
          <Logo size={32} />
          <span className="muted grow">{t("app.name")}</span>
          <LanguageButton />
          <ThemeButton />
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
