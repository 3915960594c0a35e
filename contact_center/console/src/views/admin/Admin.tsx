// Administration: an index on the left, one section at a time. Each section is a list that opens one form.
import { Link, useParams } from "@tanstack/react-router";
import { type ComponentType, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import { AgentsSection } from "./AgentsSection";
import { AuditSection } from "./AuditSection";
import { CannedSection } from "./CannedSection";
import { CodesSection } from "./CodesSection";
import { ComplaintsSection } from "./ComplaintsSection";
import { HoursSection } from "./HoursSection";
import { MailboxesSection } from "./MailboxesSection";
import { NumbersSection } from "./NumbersSection";
import { ParkedSection } from "./ParkedSection";
import { QueuesSection } from "./QueuesSection";
import { ReasonsSection } from "./ReasonsSection";
import { SitesSection } from "./SitesSection";
import { SkillsSection } from "./SkillsSection";
import { SurveysSection } from "./SurveysSection";
import { TeamsSection } from "./TeamsSection";
import { TriageSection } from "./TriageSection";
import { UsersSection } from "./UsersSection";

const SECTIONS: { name: string; right: string; View: ComponentType }[] = [
  { name: "users", right: "users.read", View: UsersSection },
  { name: "teams", right: "users.read", View: TeamsSection },
  { name: "agents", right: "settings.read", View: AgentsSection },
  { name: "skills", right: "settings.read", View: SkillsSection },
  { name: "queues", right: "settings.read", View: QueuesSection },
  { name: "hours", right: "settings.read", View: HoursSection },
  { name: "mailboxes", right: "settings.read", View: MailboxesSection },
  { name: "sites", right: "settings.read", View: SitesSection },
  { name: "numbers", right: "settings.read", View: NumbersSection },
  { name: "triage", right: "settings.read", View: TriageSection },
  { name: "codes", right: "settings.read", View: CodesSection },
  { name: "complaints", right: "settings.read", View: ComplaintsSection },
  { name: "surveys", right: "settings.read", View: SurveysSection },
  { name: "canned", right: "settings.read", View: CannedSection },
  { name: "reasons", right: "settings.read", View: ReasonsSection },
  { name: "parked", right: "parked.read", View: ParkedSection },
  { name: "audit", right: "audit.read", View: AuditSection },
];

export function Admin() {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const { section } = useParams({ strict: false });
  const mine = SECTIONS.filter((each) => may(user, each.right));
  const shown = mine.find((each) => each.name === section) ?? mine[0];
  const name = shown?.name ?? "users";
  useEffect(() => {
    document.title = t("app.title", { page: t(`admin.${name}.title`) });
  }, [t, name]);
  // Where the index is one line that scrolls, the section shown must be seen in it.
  const index = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark moves with the section
  useEffect(() => {
    index.current?.querySelector('[aria-current="page"]')?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [name]);
  if (!shown)
    return (
      <main className="empty">
        <h1>{t("admin.title")}</h1>
        <p>{t("admin.forbidden")}</p>
      </main>
    );
  return (
    <div className="admin">
      <nav className="admin-nav" aria-label={t("admin.title")} data-region ref={index}>
        <h1>{t("admin.title")}</h1>
        {mine.map((each) => (
          <Link
            key={each.name}
            to="/admin/{-$section}"
            params={{ section: each.name }}
            aria-current={each.name === shown.name ? "page" : undefined}
          >
            {t(`admin.${each.name}.title`)}
          </Link>
        ))}
      </nav>
      <main className="sheet" data-region>
        <shown.View key={shown.name} />
      </main>
    </div>
  );
}
