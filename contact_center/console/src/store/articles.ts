// Articles of the knowledge base as the desk uses them: found by words, read once, said to belong to a conversation.
import { api } from "../api";
import { queries } from "../connection";
import type { Article, ArticleHit, Language, LinkedArticle, Page, SuggestedArticle } from "../types";
import { composeIn, readDraft, returnToDraft } from "./drafts";

export const findArticles = (q: string, signal?: AbortSignal) =>
  api.get<Page<ArticleHit>>("/kb/search", { query: { q, limit: 8 }, signal });

export const readArticle = (id: string, signal?: AbortSignal) => api.get<Article>(`/articles/${id}`, { signal });

export const linkedOf = (conversation: string) => ["linked-articles", conversation];

/** Links it, unless it is linked already; the list of links is fetched again. */
export async function linkArticle(conversation: string, id: string): Promise<void> {
  const links = await api.post<Page<LinkedArticle>>(`/conversations/${conversation}/articles`, { article_id: id });
  queries.setQueryData(linkedOf(conversation), links);
}

export const suggestedArticles = (conversation: string, signal?: AbortSignal) =>
  api.get<Page<SuggestedArticle>>("/kb/suggest", { query: { conversation }, signal });

/** Adds its words to the end of the answer that is being written, and links it. */
export async function insertArticle(conversation: string, id: string, words: string): Promise<void> {
  const before = readDraft(conversation, "reply").text;
  returnToDraft(conversation, "reply", { text: before.trim() === "" ? words : `${before.trimEnd()}\n\n${words}` });
  composeIn.set({ conversation, mode: "reply" });
  await linkArticle(conversation, id);
}

export async function unlinkArticle(conversation: string, id: string): Promise<void> {
  await api.delete(`/conversations/${conversation}/articles/${id}`);
  await queries.invalidateQueries({ queryKey: linkedOf(conversation) });
}

/** The text in the language wanted, else in any that is there. */
export function textIn(article: Article, wanted: Language) {
  const language = article.texts[wanted] ? wanted : (Object.keys(article.texts)[0] as Language | undefined);
  const text = language && article.texts[language];
  return language && text ? { language, ...text } : null;
}
