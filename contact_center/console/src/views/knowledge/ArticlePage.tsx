// One article: read by everybody, written side by side in both languages by those who may, published as a step of its own.
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem, api } from "../../api";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { When } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Article, ArticleRevision, Audience, Language, Page } from "../../types";
import { toHtml, toPlain } from "./plain";

const LANGUAGES: Language[] = ["en", "zh-CN"];
const AUDIENCES: Audience[] = ["agents", "everyone"];
type Step = "publish" | "unpublish" | "archive" | "restore";
type Words = Record<Language, { title: string; body: string }>;

function wordsOf(article: Article | null): Words {
  const one = (language: Language) => {
    const text = article?.texts[language];
    return { title: text?.title ?? "", body: text ? toPlain(text.html) : "" };
  };
  return { en: one("en"), "zh-CN": one("zh-CN") };
}

/** Those languages in which something is written that differs from what is kept. */
function changed(article: Article | null, now: Words) {
  const before = wordsOf(article);
  const texts: Partial<Record<Language, { title: string; html: string }>> = {};
  for (const language of LANGUAGES) {
    const { title, body } = now[language];
    if (title.trim() === "" && body.trim() === "") continue;
    if (title !== before[language].title || body !== before[language].body)
      texts[language] = { title, html: toHtml(body) };
  }
  return texts;
}

function Saved({ id, version }: { id: string; version: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const found = useQuery({
    queryKey: ["article", id, "revisions", version],
    queryFn: ({ signal }) => api.get<Page<ArticleRevision>>(`/articles/${id}/revisions`, { signal }),
  });
  return (
    <section className="card article-saved" aria-label={t("articles.revisions")}>
      <div className="card-h">
        <h2>{t("articles.revisions")}</h2>
      </div>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      <ul className="past">
        {found.data?.items.map((each) => (
          <li key={each.id}>
            <span className="what">
              <b>{`${languageName(language, each.language)} ${each.number}: ${each.title}`}</b>
              <span>
                {each.author?.name ?? t("none")} · <When at={each.at} />
                {each.published && ` · ${t("articles.state.published")}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Props {
  article: Article | null;
  onDone: (id?: string) => void;
}

function Writing({ article, onDone }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const [words, setWords] = useState(() => wordsOf(article));
  const [category, setCategory] = useState(article?.category ?? "");
  const [audience, setAudience] = useState<Audience>(article?.audience ?? "agents");
  const texts = changed(article, words);
  const dirty =
    Object.keys(texts).length > 0 ||
    category !== (article?.category ?? "") ||
    audience !== (article?.audience ?? "agents");
  const keep = (saved: Article) => {
    client.setQueryData(["article", saved.id], saved);
    void client.invalidateQueries({ queryKey: ["articles"] });
  };
  const body = { category, audience, ...(Object.keys(texts).length > 0 ? { texts } : {}) };
  const save = useMutation({
    mutationFn: () =>
      article
        ? api.patch<Article>(`/articles/${article.id}`, body, article.version)
        : api.post<Article>("/articles", body),
    onSuccess: (saved) => {
      keep(saved);
      toast(t("articles.saved"));
      if (!article) onDone(saved.id);
    },
  });
  const step = useMutation({
    mutationFn: (name: Step) =>
      api.post<Article>(`/articles/${article?.id}/${name}`, {}, { version: article?.version }),
    onSuccess: keep,
  });
  const error = save.error ?? step.error;
  const fault = (field: string) =>
    error instanceof ApiProblem ? error.errors.find((each) => each.field === field)?.message : undefined;
  const steps: Step[] = ["publish", "unpublish", "archive", "restore"];
  const newer = article?.state === "published" && Object.values(article.texts).some((each) => !each?.published);
  const busy = save.isPending || step.isPending;
  return (
    <>
      <div className="sheet-h">
        <h1>{words[language].title || words.en.title || words["zh-CN"].title || t("articles.new")}</h1>
        {article && <span className="pill">{t(`articles.state.${article.state}`)}</span>}
        {newer && <span className="pill warn">{t("articles.newer")}</span>}
        <span className="grow" />
        <Button variant="default" onClick={() => onDone()}>
          {t("articles.back")}
        </Button>
        {article &&
          steps
            .filter((each) => article.can[each] && (each !== "publish" || article.state !== "published" || newer))
            .map((each) => (
              <Button key={each} variant="default" disabled={dirty || busy} onClick={() => step.mutate(each)}>
                {t(`articles.${each}`)}
              </Button>
            ))}
        <Button
          disabled={!dirty || (article !== null && !article.can.change)}
          loading={busy}
          onClick={() => save.mutate()}
        >
          {t("save")}
        </Button>
      </div>
      {error && <Problem error={error} />}
      <div className="article-about">
        <TextInput
          label={t("articles.category")}
          maxLength={100}
          value={category}
          onChange={(event) => setCategory(event.currentTarget.value)}
        />
        <Select
          label={t("articles.who")}
          data={AUDIENCES.map((each) => ({ value: each, label: t(`articles.audience.${each}`) }))}
          value={audience}
          onChange={(value) => setAudience(value as Audience)}
          allowDeselect={false}
        />
      </div>
      <p className="muted small below">{t("articles.how")}</p>
      <div className="article-both">
        {LANGUAGES.map((each) => (
          <section key={each} className="card" aria-label={languageName(language, each)}>
            <div className="card-h">
              <h2>{languageName(language, each)}</h2>
            </div>
            <div className="article-in" lang={each}>
              <TextInput
                label={t("articles.name")}
                maxLength={200}
                value={words[each].title}
                error={fault(`texts.${each}.title`)}
                onChange={(event) => {
                  const title = event.currentTarget.value;
                  setWords((all) => ({ ...all, [each]: { ...all[each], title } }));
                }}
              />
              <Textarea
                label={t("articles.body")}
                autosize
                minRows={10}
                maxRows={28}
                value={words[each].body}
                error={fault(`texts.${each}.html`)}
                onChange={(event) => {
                  const text = event.currentTarget.value;
                  setWords((all) => ({ ...all, [each]: { ...all[each], body: text } }));
                }}
              />
            </div>
          </section>
        ))}
      </div>
      {article && <Saved id={article.id} version={article.version} />}
    </>
  );
}

function Reading({ article, onDone }: { article: Article; onDone: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <>
      <div className="sheet-h">
        <h1>{article.texts[language]?.title ?? Object.values(article.texts)[0]?.title}</h1>
        <span className="grow" />
        <Button variant="default" onClick={onDone}>
          {t("articles.back")}
        </Button>
      </div>
      {LANGUAGES.map((each) => {
        const text = article.texts[each];
        return (
          text && (
            <section key={each} className="card" aria-label={languageName(language, each)}>
              <div className="card-h">
                <h2>{text.title}</h2>
              </div>
              <div className="article-in article-text" lang={each}>
                {text.text}
              </div>
            </section>
          )
        );
      })}
    </>
  );
}

export function ArticlePage({ id, onDone }: { id: string | null; onDone: (id?: string) => void }) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const found = useQuery({
    queryKey: ["article", id],
    queryFn: ({ signal }) => api.get<Article>(`/articles/${id}`, { signal }),
    enabled: id !== null,
    staleTime: 0,
  });
  if (id === null) return <Writing article={null} onDone={onDone} />;
  if (found.error && !found.data) return <Problem error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <p className="empty">{t("loading")}</p>;
  if (may(user, "kb.write")) return <Writing key={found.data.id} article={found.data} onDone={onDone} />;
  return <Reading article={found.data} onDone={() => onDone()} />;
}
