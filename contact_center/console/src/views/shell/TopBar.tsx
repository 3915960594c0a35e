// The top bar: search in the list, capacity, presence, language and theme.
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { composing, useKeys } from "../../keys";
import { useEntity } from "../../store/hooks";
import { worklistSearch } from "../../store/worklist";
import type { AgentState, Me } from "../../types";
import { NotifyButton, SoundButton } from "./Banner";
import { Capacity } from "./Capacity";
import { LanguageButton, ThemeButton } from "./Looks";
import { PresenceMenu } from "./PresenceMenu";

function Search() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [text, setText] = useState("");
  const change = (next: string) => {
    setText(next);
    if (path !== "/" && !path.startsWith("/c/")) void navigate({ to: "/" });
  };
  const box = useRef<HTMLInputElement>(null);
  const seek = () => box.current?.focus();
  useKeys({ "/": seek });
  useEffect(() => {
    const later = setTimeout(() => worklistSearch.set(text.trim()), 250);
    return () => clearTimeout(later);
  }, [text]);
  return (
    <search className="search">
      <IconSearch size={15} aria-hidden />
      <input
        ref={box}
        type="search"
        value={text}
        placeholder={t("top.search")}
        aria-label={t("top.search")}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || composing(event)) return;
          setText("");
          box.current?.blur();
        }}
      />
      <kbd aria-hidden>/</kbd>
    </search>
  );
}

export function TopBar({ user }: { user: Me }) {
  const agent = useEntity<AgentState>("agent", user.agent?.id);
  const [presenceOpen, setPresenceOpen] = useState(false);
  useKeys({ "alt+p": () => setPresenceOpen(true) });
  return (
    <header className="top">
      <Search />
      {agent && <SoundButton />}
      {agent && <NotifyButton />}
      <div className="grow" />
      {agent && <Capacity agent={agent} />}
      {agent && <PresenceMenu agent={agent} opened={presenceOpen} onOpen={setPresenceOpen} />}
      <span className="vr" />
      <LanguageButton />
      <ThemeButton />
    </header>
  );
}
