// Everything that calls for attention while an offer rings, on every page: sound, title, icon, notification, one spoken
// announcement (never the seconds), the two keys, and away from the inbox a small card.
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { badgeOf, setTitle, startCalling, stopCalling } from "../../attention";
import { useKeys } from "../../keys";
import { alertsOf } from "../../store/alerts";
import { accept, decline, offers } from "../../store/offers";
import { session } from "../../store/session";
import { useValue } from "../../store/value";
import { nowCount } from "../../store/worklist";
import { Offers } from "./Offers";

export function OfferBell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const all = useValue(offers);
  const now = useValue(nowCount);
  const { user } = useValue(session);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const ringing = all.filter((each) => each.state === "ringing");
  const top = ringing[0];
  const announced = useRef(new Set<string>());
  const [spoken, setSpoken] = useState("");
  const open = (id: string) => void navigate({ to: "/c/$id", params: { id } });

  useEffect(() => {
    const fresh = ringing.find((each) => !announced.current.has(each.offer.id));
    if (!fresh) return;
    for (const each of ringing) announced.current.add(each.offer.id);
    const { offer } = fresh;
    setSpoken(t("offer.spoken", { name: offer.customer.name, queue: offer.queue.name, subject: offer.subject }));
  }, [ringing, t]);

  const alerts = alertsOf(user);
  const id = top?.offer.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: calls once for each offer that comes to the top
  useEffect(() => {
    if (!top) return;
    const news = {
      title: t("offer.kind", { channel: t(`channel.${top.offer.channel}`), queue: top.offer.queue.name }),
      body: top.offer.customer.name,
      tag: "offer",
      stays: true,
      open: () => open(top.offer.conversation_id),
    };
    startCalling(alerts.quiet || !alerts.desktop ? null : news, alerts.quiet || !alerts.offers ? null : alerts);
    return stopCalling;
  }, [id]);

  useEffect(() => {
    const page = t("app.title", { page: t("nav.inbox") });
    setTitle(
      top
        ? t("offer.tab", { name: top.offer.customer.name })
        : now > 0
          ? t("app.countTitle", { count: now, title: page })
          : page,
      ringing.length > 0 ? "!" : badgeOf(now),
    );
  }, [top, now, ringing.length, t]);

  useKeys({
    "alt+a": () => top && void accept(top.offer.id).then((conversation) => conversation && open(conversation)),
    "alt+d": () => top && void decline(top.offer.id),
  });
  const inInbox = path === "/" || path.startsWith("/c/");
  return (
    <>
      <div className="sr" role="alert" aria-live="assertive">
        {spoken}
      </div>
      {!inInbox && (
        <div className="offer-float">
          <Offers open={open} />
        </div>
      )}
    </>
  );
}
