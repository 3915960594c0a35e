// Canned replies in the composer: a list under the slash while one types, and the same list behind a button with a search.
// Focus never leaves the text (or the search); the list is walked with the arrows and taken with Enter or Tab.
import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconMessage2Bolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import { useWalk, type Walk } from "../../parts/useWalk";
import type { FilledReply, Page } from "../../types";
import { firstMark, fitting, slashAt } from "./canned";

const FRESH_MS = 60_000;

function useReplies(conversation: string, wanted: boolean) {
  return useQuery({
    queryKey: ["canned", conversation],
    queryFn: ({ signal }) => api.get<Page<FilledReply>>(`/conversations/${conversation}/canned-replies`, { signal }),
    enabled: wanted,
    staleTime: FRESH_MS,
  });
}

function List({ walk, onTake }: { walk: Walk<FilledReply>; onTake: (reply: FilledReply) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the one that is walked to must be seen
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest" });
  }, [walk.active]);
  if (walk.found.length === 0) return <p className="canned-none">{t("canned.none")}</p>;
  return (
    <div className="canned-list" role="listbox" tabIndex={0} id={walk.listId} aria-label={t("canned.title")} ref={box}>
      {walk.found.map((reply, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard where the focus is
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, which names the active option
        <div
          key={reply.id}
          id={walk.optionId(index)}
          role="option"
          aria-selected={index === walk.active}
          className="canned-one"
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => walk.setActive(index)}
          onClick={() => onTake(reply)}
        >
          <b>{reply.name}</b>
          <code>/{reply.shortcut}</code>
          {reply.language !== language && <span className="pill">{languageName(language, reply.language)}</span>}
          <span className="canned-text" lang={reply.language}>
            {reply.text}
          </span>
        </div>
      ))}
    </div>
  );
}

interface Host {
  conversation: string;
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  change: (next: string) => void;
}

/** Puts a text in place of what stands from `from` to `to`; what is missing in it is marked for typing over. */
function put({ area, text, change }: Host, from: number, to: number, words: string): void {
  change(text.slice(0, from) + words + text.slice(to));
  const mark = firstMark(words);
  requestAnimationFrame(() => {
    area.current?.focus();
    area.current?.setSelectionRange(from + (mark?.from ?? words.length), from + (mark?.to ?? words.length));
  });
}

/** The list that opens while a slash word is being typed. Give `onKey` every key first, `moved` every move of the caret. */
export function useSlash(host: Host) {
  const [caret, setCaret] = useState<number | null>(null);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const slash = caret === null ? null : slashAt(host.text, caret);
  const open = slash !== null && slash.at !== closedAt;
  const replies = useReplies(host.conversation, open);
  const found = open ? fitting(replies.data?.items ?? [], slash.query) : [];
  const take = (reply: FilledReply) => {
    if (!slash || caret === null) return;
    put(host, slash.at, caret, reply.text);
    setCaret(null);
  };
  const walk = useWalk(found, take, () => setClosedAt(slash?.at ?? null));
  const shown = open && found.length > 0;
  return {
    moved: (area: HTMLTextAreaElement) => {
      setCaret(area.selectionStart === area.selectionEnd ? area.selectionStart : null);
      if (!slashAt(area.value, area.selectionStart)) setClosedAt(null);
    },
    left: () => setCaret(null),
    onKey: (event: KeyboardEvent) => shown && walk.onKey(event),
    aria: shown ? { "aria-controls": walk.listId, "aria-activedescendant": walk.optionId(walk.active) } : {},
    list: shown ? (
      <div className="canned-pop">
        <List walk={walk} onTake={take} />
      </div>
    ) : null,
  };
}

/** The button: search among all replies of this conversation, insert at the caret. */
export function CannedButton(host: Host) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const replies = useReplies(host.conversation, open);
  const found = fitting(replies.data?.items ?? [], query);
  const close = () => {
    setOpen(false);
    setQuery("");
    host.area.current?.focus();
  };
  const take = (reply: FilledReply) => {
    const { selectionStart: from = host.text.length, selectionEnd: to = from } = host.area.current ?? {};
    setOpen(false);
    setQuery("");
    put(host, from, to, reply.text);
  };
  const walk = useWalk(found, take, close);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="top-start"
      width="min(420px, calc(100vw - 24px))"
      trapFocus
      hideDetached={false}
      withOverlay
      overlayProps={{ backgroundOpacity: 0, zIndex: 299 }}
    >
      <Popover.Target>
        <Tooltip label={t("canned.insert")}>
          <ActionIcon variant="subtle" size={32} aria-label={t("canned.insert")} onClick={() => setOpen(!open)}>
            <IconMessage2Bolt size={17} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className="canned-drop" aria-label={t("canned.title")}>
        <input
          data-autofocus
          type="search"
          className="canned-search"
          aria-label={t("canned.search")}
          placeholder={t("canned.search")}
          autoComplete="off"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={walk.onKey}
          {...(found.length > 0
            ? { "aria-controls": walk.listId, "aria-activedescendant": walk.optionId(walk.active) }
            : {})}
        />
        {replies.isLoading ? <p className="canned-none">{t("loading")}</p> : <List walk={walk} onTake={take} />}
      </Popover.Dropdown>
    </Popover>
  );
}
