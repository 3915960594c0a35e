// The knowledge base: what there is, found by words or state; one article open beside it, written in both languages.
import { Button, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { When } from "../../parts/Time";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { ArticleHit, ArticleLine, ArticleState, Audience, Language, Page } from "../../types";
import { ArticlePage } from "./ArticlePage";

const STATES: ArticleState[] = ["draft", "published", "archived"];

interface Row {
  id: string;
  title: string;
  languages: Language[];
  category: string;
  state: ArticleState;
  audience: Audience;
  at: string;
}

const ofLine = (language: Language, each: ArticleLine): Row => ({
  id: each.id,
  title: each.titles[language] ?? Object.values(each.titles)[0] ?? "",
  languages: Object.keys(each.titles) as Language[],
  category: each.category,
  state: each.state,
  audience: each.audience,
  at: each.updated_at,
});
const ofHit = (each: ArticleHit): Row => ({ ...each, languages: [each.language], at: each.updated_at });

function useRows(query: string, state: ArticleState | null, writes: boolean) {
  const language = useLanguage();
  return useQuery({
    queryKey: ["articles", "list", query, state, writes],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Row[]> => {
      if (query !== "") {
        const asked = { q: query, drafts: writes, limit: 50 };
        const hits = await api.get<Page<ArticleHit>>("/kb/search", { query: asked, signal });
        return hits.items.filter((each) => state === null || each.state === state).map(ofHit);
      }
      const page = await api.get<Page<ArticleLine>>("/articles", { query: { state, limit: 100 }, signal });
      return page.items.map((each) => ofLine(language, each));
    },
  });
}

export function Knowledge() {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const { user } = useValue(session);
  const { article: open } = useParams({ strict: false });
  const writes = may(user, "kb.write");
  const [query, setQuery] = useState("");
  const [state, setState] = useState<ArticleState | null>(null);
  const rows = useRows(query.trim(), state, writes);
  const go = (article?: string) => void navigate({ to: "/knowledge/{-$article}", params: { article } });
  useEffect(() => {
    document.title = t("app.title", { page: t("nav.knowledge") });
  }, [t]);
  if (open)
    return (
      <main className="sheet" data-region>
        <ArticlePage key={open} id={open === "new" ? null : open} onDone={go} />
      </main>
    );
  return (
    <main className="sheet" data-region>
      <div className="sheet-h">
        <h1>{t("nav.knowledge")}</h1>
        <span className="grow" />
        <TextInput
          type="search"
          aria-label={t("articles.find")}
          placeholder={t("articles.find")}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          w={260}
        />
        {writes && (
          <Select
            aria-label={t("admin.state")}
            placeholder={t("articles.allStates")}
            data={STATES.map((each) => ({ value: each, label: t(`articles.state.${each}`) }))}
            value={state}
            onChange={(value) => setState(value as ArticleState | null)}
            clearable
            w={150}
          />
        )}
        {writes && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => go("new")}>
            {t("articles.new")}
          </Button>
        )}
      </div>
      {rows.error && <Problem error={rows.error} again={() => void rows.refetch()} />}
      {rows.isLoading && <p className="empty">{t("loading")}</p>}
      {rows.data && rows.data.length === 0 && (
        <p className="empty">{t(query.trim() === "" && !state ? "articles.empty" : "articles.none")}</p>
      )}
      {rows.data && rows.data.length > 0 && (
        <Scroll label={t("nav.knowledge")} card>
          <table className="grid">
            <thead>
              <tr>
                <th scope="col">{t("articles.name")}</th>
                <th scope="col">{t("articles.languages")}</th>
                <th scope="col">{t("articles.category")}</th>
                <th scope="col">{t("admin.state")}</th>
                <th scope="col">{t("articles.who")}</th>
                <th scope="col">{t("articles.changed")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.data.map((each) => (
                <tr key={each.id}>
                  <td>
                    <button type="button" className="link" onClick={() => go(each.id)}>
                      {each.title}
                    </button>
                  </td>
                  <td>{each.languages.map((one) => languageName(language, one)).join(", ")}</td>
                  <td>{each.category || t("none")}</td>
                  <td>
                    <span className={`pill${each.state === "published" ? " ok" : ""}`}>
                      {t(`articles.state.${each.state}`)}
                    </span>
                  </td>
                  <td>{t(`articles.audience.${each.audience}`)}</td>
                  <td>
                    <When at={each.at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </main>
  );
}
