// Articles in the composer: "#" and some words open a list of what the knowledge base has; what is taken stands in its place,
// in the customer's language where the article has it, and the article is linked to the conversation.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import { Kept } from "../../parts/Kept";
import { toast } from "../../parts/toast";
import { findArticles, linkArticle, readArticle, textIn } from "../../store/articles";
import type { ArticleHit, Language } from "../../types";
import { hashAt } from "./canned";
import { type Host, put, useMark, usePicking } from "./picking";

const FRESH_MS = 30_000;

function Row({ hit }: { hit: ArticleHit }) {
  const language = useLanguage();
  return (
    <>
      <b lang={hit.language}>{hit.title}</b>
      <Kept audience={hit.audience} />
      {hit.language !== language && <span className="pill">{languageName(language, hit.language)}</span>}
      <span className="canned-text" lang={hit.language}>
        {hit.excerpt}
      </span>
    </>
  );
}

const row = (hit: ArticleHit) => <Row hit={hit} />;

/** The list that opens while a word with a hash is being typed. */
export function useHash(host: Host, customer: Language | null) {
  const { t } = useTranslation();
  const language = useLanguage();
  const mark = useMark(host, hashAt);
  const wanted = mark.query !== "";
  const hits = useQuery({
    queryKey: ["articles", "found", mark.query],
    queryFn: ({ signal }) => findArticles(mark.query, signal),
    enabled: wanted,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
  const take = async (from: number, to: number, hit: ArticleHit) => {
    try {
      const words = textIn(await readArticle(hit.id), customer ?? language)?.text;
      if (!words) return;
      const now = host.area.current?.value ?? host.text;
      // Whoever typed on meanwhile gets it where they are.
      const here = now.slice(from, to) === host.text.slice(from, to);
      const end = host.area.current?.selectionStart ?? now.length;
      put({ ...host, text: now }, here ? from : end, here ? to : end, words);
      await linkArticle(host.conversation, hit.id);
    } catch {
      toast(t("articles.notInserted"), "bad");
    }
  };
  return usePicking(mark, wanted ? (hits.data?.items ?? []) : [], {
    take: (from, to, hit) => void take(from, to, hit),
    label: t("articles.title"),
    row,
  });
}
