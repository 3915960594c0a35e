// Finding words in a long conversation, also in mails that are folded and messages not fetched yet. Enter goes on to older ones.
import { ActionIcon } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp, IconSearch, IconX } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { composing } from "../../keys";
import { closeFind, type Find, find, look, standing, step } from "../../store/find";
import { useValue } from "../../store/value";

const PAUSE_MS = 250;

/** Brings the message into sight, once it is drawn and has unfolded. */
function useSeen(message: string | null): void {
  useEffect(() => {
    if (!message) return;
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        const node = document.querySelector(`[data-message="${message}"]`);
        (node?.querySelector("mark") ?? node)?.scrollIntoView?.({ block: "center" });
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [message]);
}

function Told({ now }: { now: Find }) {
  const { t } = useTranslation();
  const { q, found, at, more, state } = now;
  const all = more ? t("find.many", { count: found.length }) : String(found.length);
  const text =
    state === "failed"
      ? t("problem.unreachable")
      : q === ""
        ? ""
        : found.length > 0
          ? t("find.place", { at: at + 1, all })
          : t(state === "asking" ? "loading" : "find.none");
  return (
    <span className="num" role="status">
      {text}
    </span>
  );
}

export function FindBar({ id }: { id: string }) {
  const { t } = useTranslation();
  const now = useValue(find);
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), PAUSE_MS);
  useSeen(standing(now));
  useEffect(() => {
    const control = new AbortController();
    void look(id, asked, control.signal);
    return () => control.abort();
  }, [id, asked]);
  useEffect(() => closeFind, []);
  const onKey = (event: KeyboardEvent) => {
    if (composing(event)) return;
    if (event.key === "Escape") closeFind();
    else if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };
  if (!now) return null;
  const none = now.found.length === 0;
  return (
    <search className="findbar" aria-label={t("find.label")}>
      <IconSearch size={15} stroke={1.9} aria-hidden />
      <input
        // biome-ignore lint/a11y/noAutofocus: it comes because somebody asked to type here
        autoFocus
        type="search"
        aria-label={t("find.label")}
        placeholder={t("find.label")}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <Told now={now} />
      <ActionIcon variant="subtle" size={28} disabled={none} aria-label={t("find.older")} onClick={() => step(1)}>
        <IconChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" size={28} disabled={none} aria-label={t("find.newer")} onClick={() => step(-1)}>
        <IconChevronDown size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" size={28} aria-label={t("close")} onClick={closeFind}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </search>
  );
}
