// Canned replies in the composer: a list under the slash while one types, and the same list behind a button with a search.
import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconMessage2Bolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { languageName } from "../../format";
import { useLanguage } from "../../i18n";
import { useWalk } from "../../parts/useWalk";
import type { FilledReply, Page } from "../../types";
import { fitting, slashAt } from "./canned";
import { type Host, PickList, put, useMark, usePicking } from "./picking";

const FRESH_MS = 60_000;

function useReplies(conversation: string, wanted: boolean) {
  return useQuery({
    queryKey: ["canned", conversation],
    queryFn: ({ signal }) => api.get<Page<FilledReply>>(`/conversations/${conversation}/canned-replies`, { signal }),
    enabled: wanted,
    staleTime: FRESH_MS,
  });
}

function Row({ reply }: { reply: FilledReply }) {
  const language = useLanguage();
  return (
    <>
      <b>{reply.name}</b>
      <code>/{reply.shortcut}</code>
      {reply.language !== language && <span className="pill">{languageName(language, reply.language)}</span>}
      <span className="canned-text" lang={reply.language}>
        {reply.text}
      </span>
    </>
  );
}

const row = (reply: FilledReply) => <Row reply={reply} />;

/** The list that opens while a slash word is being typed. */
export function useSlash(host: Host) {
  const { t } = useTranslation();
  const mark = useMark(host, slashAt);
  const replies = useReplies(host.conversation, mark.open);
  return usePicking(mark, mark.open ? fitting(replies.data?.items ?? [], mark.query) : [], {
    take: (from, to, reply) => put(host, from, to, reply.text),
    label: t("canned.title"),
    row,
  });
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
        {replies.isLoading ? (
          <p className="canned-none">{t("loading")}</p>
        ) : (
          <PickList walk={walk} label={t("canned.title")} none={t("canned.none")} row={row} onTake={take} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
