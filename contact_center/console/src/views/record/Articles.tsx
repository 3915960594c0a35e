// The articles that belong to this conversation, and a search for more. Read in a layer; taken away again by whoever linked too much.
import { Button, Group, Modal } from "@mantine/core";
import { IconBook2, IconBulb, IconPlus, IconX } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { percent } from "../../format";
import { useLanguage } from "../../i18n";
import { Kept } from "../../parts/Kept";
import { Problem, useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import {
  findArticles,
  insertArticle,
  linkArticle,
  linkedOf,
  readArticle,
  suggestedArticles,
  textIn,
  unlinkArticle,
} from "../../store/articles";
import { useEntity } from "../../store/hooks";
import type { ArticleLine, Language, LinkedArticle, Page, WorkItem } from "../../types";

const nameOf = ({ titles }: ArticleLine, language: Language) => titles[language] ?? Object.values(titles)[0] ?? "";

interface ReaderProps {
  id: string;
  onClose: () => void;
  /** Puts the text into the answer, for those who may answer. */
  onInsert: ((words: string) => void) | null;
}

/** In the reader's language; it goes into the answer in the customer's. */
function Reader({ id, onClose, onInsert, customer }: ReaderProps & { customer: Language | null }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const found = useQuery({ queryKey: ["article", id], queryFn: ({ signal }) => readArticle(id, signal) });
  const text = found.data && textIn(found.data, language);
  const answer = found.data && textIn(found.data, customer ?? language);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={text?.title ?? t("loading")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      {text && text.language !== language && <p className="muted">{t("articles.otherLanguage")}</p>}
      {found.data && <Kept audience={found.data.audience} />}
      {text && (
        <div className="article-text" lang={text.language}>
          {text.text}
        </div>
      )}
      {answer && onInsert && (
        <Group mt="md" justify="flex-end">
          <Button
            onClick={() => {
              onInsert(answer.text);
              onClose();
            }}
          >
            {t("articles.insert")}
          </Button>
        </Group>
      )}
    </Modal>
  );
}

interface SuggestedProps {
  conversation: string;
  linked: LinkedArticle[];
  onOpen: (id: string) => void;
}

/** What may answer the customer, by the words that they wrote; nothing when nothing does. */
function Suggested({ conversation, linked, onOpen }: SuggestedProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const item = useEntity<WorkItem>("conversation", conversation);
  const found = useQuery({
    queryKey: ["articles", "suggested", conversation, item?.last_message_at],
    queryFn: ({ signal }) => suggestedArticles(conversation, signal),
    placeholderData: keepPreviousData,
  });
  const some = (found.data?.items ?? []).filter((each) => !linked.some((one) => one.id === each.id));
  if (found.error) return <Problem error={found.error} again={() => void found.refetch()} />;
  if (some.length === 0) return null;
  return (
    <ul className="past suggested" aria-label={t("articles.suggested")}>
      {some.map((each) => (
        <li key={each.id}>
          <button type="button" onClick={() => onOpen(each.id)}>
            <IconBulb size={15} stroke={1.7} aria-hidden />
            <span className="what">
              <b lang={each.language}>{each.title}</b>
              <span lang={each.language}>{each.excerpt}</span>
            </span>
            <span className="num" title={t("articles.match", { part: percent(language, each.match) })}>
              {percent(language, each.match)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Finder({ linked, onLink }: { linked: LinkedArticle[]; onLink: (id: string) => void }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const wanted = query.trim();
  const found = useQuery({
    queryKey: ["articles", "found", wanted],
    queryFn: ({ signal }) => findArticles(wanted, signal),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
  });
  const hits = wanted === "" ? [] : (found.data?.items ?? []).filter((hit) => !linked.some((one) => one.id === hit.id));
  return (
    <>
      <input
        type="search"
        className="canned-search"
        aria-label={t("articles.find")}
        placeholder={t("articles.find")}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      {wanted !== "" && found.data && hits.length === 0 && <p className="muted small">{t("articles.none")}</p>}
      <ul className="past">
        {hits.map((hit) => (
          <li key={hit.id}>
            <button
              type="button"
              aria-label={t("articles.link", { name: hit.title })}
              onClick={() => {
                onLink(hit.id);
                setQuery("");
              }}
            >
              <IconPlus size={15} stroke={1.7} aria-hidden />
              <span className="what">
                <b lang={hit.language}>{hit.title}</b>
                <span lang={hit.language}>{hit.excerpt}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface Props {
  conversation: string;
  changes: boolean;
  customer: Language | null;
}

export function Articles({ conversation, changes, customer }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const words = useProblemText();
  const [open, setOpen] = useState<string | null>(null);
  const links = useQuery({
    queryKey: linkedOf(conversation),
    queryFn: ({ signal }) => api.get<Page<LinkedArticle>>(`/conversations/${conversation}/articles`, { signal }),
  });
  const linked = links.data?.items ?? [];
  const refused = (error: unknown) => toast(words(error), "bad");
  return (
    <section aria-label={t("articles.section")}>
      <div className="sec-h">
        <h4>{t("articles.section")}</h4>
      </div>
      {links.error && <Problem error={links.error} again={() => void links.refetch()} />}
      <ul className="past">
        {linked.map((one) => (
          <li key={one.id} className="with-x">
            <button type="button" onClick={() => setOpen(one.id)}>
              <IconBook2 size={15} stroke={1.7} aria-hidden />
              <span className="what">
                <b>{nameOf(one, language)}</b>
                {one.state !== "published" && <span>{t(`articles.state.${one.state}`)}</span>}
              </span>
            </button>
            {changes && (
              <button
                type="button"
                className="bare"
                aria-label={t("articles.unlink", { name: nameOf(one, language) })}
                onClick={() => void unlinkArticle(conversation, one.id).catch(refused)}
              >
                <IconX size={14} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
      {links.data && <Suggested conversation={conversation} linked={linked} onOpen={setOpen} />}
      {changes && <Finder linked={linked} onLink={(id) => void linkArticle(conversation, id).catch(refused)} />}
      {!changes && links.data && linked.length === 0 && <p className="muted small">{t("articles.noneLinked")}</p>}
      {open && (
        <Reader
          id={open}
          customer={customer}
          onClose={() => setOpen(null)}
          onInsert={changes ? (words) => void insertArticle(conversation, open, words).catch(refused) : null}
        />
      )}
    </section>
  );
}
