// Ctrl+K: one box for what to do and whom to find, by name, number, address, subject or ticket number. Enter takes the first.
import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { useProblemText } from "../../parts/Problem";
import { toast } from "../../parts/toast";
import { useWalk } from "../../parts/useWalk";
import { putItem } from "../../store/apply";
import type { Me, WorkItem, WorkPage } from "../../types";
import { type Command, commandsOf, matching } from "./commands";

const SHOWN = 8;
const PAUSE_MS = 200;

type Choice = Command & { item?: WorkItem };

function useFound(query: string) {
  const [asked] = useDebouncedValue(query.trim(), PAUSE_MS);
  const found = useQuery({
    queryKey: ["palette", asked],
    queryFn: ({ signal }) =>
      api.get<WorkPage>("/conversations", { query: { view: "all", q: asked, limit: SHOWN }, signal }),
    enabled: asked !== "",
  });
  return { items: asked === "" ? [] : (found.data?.items ?? []), asking: found.isLoading || asked !== query.trim() };
}

function Options({ walk, take }: { walk: ReturnType<typeof useWalk<Choice>>; take: (choice: Choice) => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the one that is walked to must be seen
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest" });
  }, [walk.active]);
  return (
    <div
      className="palette-list"
      role="listbox"
      tabIndex={0}
      id={walk.listId}
      aria-label={t("palette.title")}
      ref={box}
    >
      {walk.found.map((choice, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard in the box above, where the focus stays
        // biome-ignore lint/a11y/useFocusableInteractive: the box names the active option
        <div
          key={choice.id}
          id={walk.optionId(index)}
          role="option"
          aria-selected={index === walk.active}
          className="palette-one"
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => walk.setActive(index)}
          onClick={() => take(choice)}
        >
          {choice.item && <ChannelIcon channel={choice.item.channel} size={15} stroke={1.8} />}
          <b>{choice.name}</b>
          <span>{choice.hint}</span>
        </div>
      ))}
    </div>
  );
}

export function Palette({ user, onHelp, onClose }: { user: Me; onHelp: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const words = useProblemText();
  const { id } = useParams({ strict: false });
  const [query, setQuery] = useState("");
  const { items, asking } = useFound(query);
  const go = (path: string) => void navigate({ to: path });
  const commands = matching(commandsOf({ t, user, open: id ?? null, go, help: onHelp }), query);
  const people: Choice[] = items.map((item) => ({
    id: `c-${item.id}`,
    name: item.customer.name,
    hint: [item.ticket?.number, item.subject || item.preview?.text].filter(Boolean).join(" · "),
    item,
    run: () => {
      putItem(item);
      go(`/c/${item.id}`);
    },
  }));
  const take = (choice: Choice) => {
    onClose();
    Promise.resolve(choice.run()).catch((error: unknown) => toast(words(error), "bad"));
  };
  const walk = useWalk<Choice>([...commands, ...people], take, onClose);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("palette.title")}
      size={560}
      yOffset="10vh"
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <input
        data-autofocus
        type="search"
        className="canned-search"
        aria-label={t("palette.box")}
        placeholder={t("palette.box")}
        autoComplete="off"
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={walk.onKey}
        {...(walk.found.length > 0
          ? { "aria-controls": walk.listId, "aria-activedescendant": walk.optionId(walk.active) }
          : {})}
      />
      {walk.found.length > 0 ? (
        <Options walk={walk} take={take} />
      ) : (
        <p className="canned-none" role="status">
          {asking ? t("loading") : t("palette.none")}
        </p>
      )}
    </Modal>
  );
}
