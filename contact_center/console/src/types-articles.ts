// The JSON of the knowledge base.
import type { Id, Language, Ref, Time } from "./types";

export type ArticleState = "draft" | "published" | "archived";
export type Audience = "agents" | "everyone";

export interface ArticleLine {
  id: Id;
  category: string;
  state: ArticleState;
  audience: Audience;
  titles: Partial<Record<Language, string>>;
  updated_at: Time;
  published_at: Time | null;
  version: number;
}

export interface ArticleText {
  title: string;
  html: string;
  text: string;
  revision: number;
  published: boolean;
  at: Time;
}

export interface Article {
  id: Id;
  category: string;
  state: ArticleState;
  audience: Audience;
  texts: Partial<Record<Language, ArticleText>>;
  updated_at: Time;
  published_at: Time | null;
  can: { change: boolean; publish: boolean; unpublish: boolean; archive: boolean; restore: boolean };
  version: number;
}

export interface ArticleHit {
  id: Id;
  language: Language;
  title: string;
  excerpt: string;
  category: string;
  state: ArticleState;
  audience: Audience;
  updated_at: Time;
}

export interface ArticleRevision {
  id: Id;
  language: Language;
  number: number;
  title: string;
  author: Ref | null;
  at: Time;
  newest: boolean;
  published: boolean;
}

/** What may answer the customer; `match` is 0 to 1. */
export interface SuggestedArticle extends ArticleHit {
  match: number;
}

/** An article that belongs to a conversation. */
export interface LinkedArticle extends ArticleLine {
  linked_by: Ref | null;
  linked_at: Time;
}
