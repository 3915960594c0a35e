// Says of an article that it was not written for customers.
import { useTranslation } from "react-i18next";
import type { Audience } from "../types";

export function Kept({ audience }: { audience: Audience }) {
  const { t } = useTranslation();
  return audience === "agents" ? <span className="pill warn">{t("articles.audience.agents")}</span> : null;
}
