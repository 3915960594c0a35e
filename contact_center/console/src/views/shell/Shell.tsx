// What surrounds every page of a signed-in user. An expired session shows its layer above; nothing below is lost.
import { Modal, useMantineColorScheme } from "@mantine/core";
import { Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { begin } from "../../connection";
import { showLanguage } from "../../i18n";
import { nextRegion, useKeys } from "../../keys";
import { useProblemText } from "../../parts/Problem";
import { Toasts } from "../../parts/Toasts";
import { toast } from "../../parts/toast";
import { unlockSound } from "../../sound";
import { calls } from "../../store/calls";
import { newMail, openMail } from "../../store/newMail";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Me } from "../../types";
import { MessageBell } from "../inbox/MessageBell";
import { OfferBell } from "../inbox/OfferBell";
import { SignIn, SignInForm } from "../signin/SignIn";
import { OfflineBanner } from "./Banner";
import { Rail } from "./Rail";
import { TopBar } from "./TopBar";
import { takeNext } from "./takeNext";
import { UndoBar } from "./UndoBar";

const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));
const CallBar = lazy(() => import("../calls/CallBar").then((module) => ({ default: module.CallBar })));
const NewMail = lazy(() => import("../mail/NewMail").then((module) => ({ default: module.NewMail })));
const Help = lazy(() => import("./Help").then((module) => ({ default: module.Help })));

function Expired({ user }: { user: Me }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} title={t("expired.title")}>
      <div className="gate-in">
        <p className="muted">{t("expired.text")}</p>
        <SignInForm email={user.email} />
      </div>
    </Modal>
  );
}

/** Applies what the user chose, once per user. */
function useChoices(user: Me): void {
  const { setColorScheme } = useMantineColorScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: later changes are applied where they are made
  useEffect(() => {
    void showLanguage(user.language);
    setColorScheme(user.theme === "system" ? "auto" : user.theme);
  }, [user.id]);
}

function SignedIn({ user, expired }: { user: Me; expired: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  useChoices(user);
  // biome-ignore lint/correctness/useExhaustiveDependencies: begins again only for another user
  useEffect(() => begin(user), [user.id]);
  useEffect(() => {
    const unlock = () => unlockSound();
    window.addEventListener("pointerdown", unlock, { once: true });
    window.addEventListener("keydown", unlock, { once: true });
    return () => {
      window.removeEventListener("pointerdown", unlock);
      window.removeEventListener("keydown", unlock);
    };
  }, []);
  const mail = useValue(newMail);
  const onCall = useValue(calls).length > 0;
  const bare = useSearch({ strict: false }).big === true;
  const words = useProblemText();
  const writes = user.agent !== null && may(user, "conversations.write");
  const takes = user.agent !== null && may(user, "offers.own");
  useKeys({
    ...(writes ? { c: () => openMail(user.id, { continues: null }) } : {}),
    ...(takes
      ? {
          "shift+n": () =>
            void takeNext(t, (to) => void navigate({ to })).catch((error: unknown) => toast(words(error), "bad")),
        }
      : {}),
    "?": () => setHelp(true),
    "ctrl+k": () => setPalette(true),
    F6: (event) => nextRegion(event.shiftKey),
    "shift+F6": () => nextRegion(true),
    "g i": () => void navigate({ to: "/" }),
    "g w": () => may(user, "reports.read") && void navigate({ to: "/wallboard" }),
    "g k": () => void navigate({ to: "/knowledge/{-$article}", params: {} }),
    "g r": () => may(user, "reports.read") && void navigate({ to: "/reports" }),
    "g q": () => void navigate({ to: "/queues" }),
  });
  return (
    <>
      <a className="skip" href="#content">
        {t("nav.skip")}
      </a>
      <div className="app">
        {!bare && <Rail user={user} onHelp={() => setHelp(true)} />}
        <div className="main">
          <OfflineBanner />
          {!bare && <TopBar user={user} />}
          {onCall && (
            <Suspense>
              <CallBar />
            </Suspense>
          )}
          <div className="page" id="content">
            <Outlet />
          </div>
        </div>
      </div>
      {user.agent && <OfferBell />}
      {user.agent && <MessageBell />}
      <Suspense>
        <Help opened={help} onClose={() => setHelp(false)} />
        {mail && <NewMail user={user} />}
        {palette && <Palette user={user} onHelp={() => setHelp(true)} onClose={() => setPalette(false)} />}
      </Suspense>
      <UndoBar />
      <Toasts />
      {expired && <Expired user={user} />}
    </>
  );
}

export function Shell() {
  const { state, user } = useValue(session);
  if (state === "asking") return <div className="gate" aria-busy="true" />;
  if (state === "none" || !user) return <SignIn />;
  return <SignedIn user={user} expired={state === "expired"} />;
}
