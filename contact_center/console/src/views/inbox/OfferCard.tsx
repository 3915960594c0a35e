// One ringing offer: who, where, why to you, and how long it still rings. Never modal, never takes the focus.
import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconFlag3, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { duration, timer } from "../../format";
import { useLanguage } from "../../i18n";
import { keyNames } from "../../keys";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { useNow } from "../../store/clock";
import type { Ringing } from "../../store/offers";
import { DECLINE_REASONS, type DeclineReason, type Offer } from "../../types";

const RADIUS = 17;
const AROUND = 2 * Math.PI * RADIUS;

function useLeft(offer: Offer): number {
  return Math.max(0, Math.ceil((new Date(offer.expires_at).getTime() - useNow()) / 1000));
}

function Ring({ offer }: { offer: Offer }) {
  const left = useLeft(offer);
  const part = offer.offer_seconds > 0 ? Math.min(1, left / offer.offer_seconds) : 0;
  return (
    <span className="ring" aria-hidden>
      <svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true">
        <circle cx="22" cy="22" r={RADIUS} className="ring-bg" />
        <circle
          cx="22"
          cy="22"
          r={RADIUS}
          className="ring-fg"
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - part)}
          transform="rotate(-90 22 22)"
        />
      </svg>
      <b className="num">{left < 60 ? left : timer(left)}</b>
      <ChannelIcon channel={offer.channel} size={18} stroke={1.9} />
    </span>
  );
}

function Left({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const time = duration(useLanguage(), useLeft(offer));
  return <div className="offer-f num">{t("offer.next", { time })}</div>;
}

function WaitedFor({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const seconds = Math.max(0, (useNow() - new Date(offer.queued_at).getTime()) / 1000);
  return <span className="num">{t("offer.waited", { time: duration(useLanguage(), seconds) })}</span>;
}

/** What is open between us and this customer: whoever answers must know it first. */
function Complained({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (offer.complaints_open === 0) return null;
  return (
    <div className="offer-c">
      <IconFlag3 size={15} aria-hidden />
      <div>
        <b>{t("offer.complaints", { count: offer.complaints_open })}</b>
        {offer.complaints.map((each) => (
          <span key={each.id}>
            {t("offer.complaint", {
              number: each.number,
              category: each.category.name[language],
              severity: t(`complaint.severities.${each.severity}`),
            })}
            {each.repeats > 0 && ` · ${t("offer.repeat", { times: each.repeats + 1 })}`}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Declining needs no reason; who wants to give one finds the short list here. */
function DeclineMenu({ busy, onDecline }: { busy: boolean; onDecline: (reason: DeclineReason) => void }) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button variant="default" className="why" disabled={busy} aria-label={t("offer.declineWhy")}>
          <IconChevronDown size={14} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {DECLINE_REASONS.map((reason) => (
          <Menu.Item key={reason} onClick={() => onDecline(reason)}>
            {t(`offer.why.${reason}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface Props {
  ringing: Ringing;
  /** The oldest one answers to the keys. */
  first: boolean;
  onAccept: () => void;
  onDecline: (reason?: DeclineReason) => void;
}

export function OfferCard({ ringing, first, onAccept, onDecline }: Props) {
  const { t } = useTranslation();
  const { offer, state, reason, by, problem } = ringing;
  const gone = state === "gone";
  const busy = state === "accepting" || state === "declining";
  const keys = (name: string) => (first ? <kbd aria-hidden>{keyNames(name).join(" ")}</kbd> : null);
  return (
    <article
      className={`offer${gone ? " gone" : ""}`}
      aria-label={t("offer.label", { name: offer.customer.name, queue: offer.queue.name })}
    >
      <div className="offer-h">
        <Ring offer={offer} />
        <div className="offer-t">
          <span className="offer-k">
            {gone
              ? t(`offer.gone.${reason ?? "withdrawn"}`, { name: by?.name ?? t("offer.somebody") })
              : t("offer.kind", { channel: t(`channel.${offer.channel}`), queue: offer.queue.name })}
          </span>
          <b>
            {offer.customer.name}
            {offer.customer.vip && <IconStarFilled size={12} className="vip" role="img" aria-label={t("vip")} />}
          </b>
          <span className="sub">{offer.subject}</span>
        </div>
      </div>
      {!gone && first && offer.preview && <p className="offer-p">{offer.preview}</p>}
      {!gone && (
        <>
          <Complained offer={offer} />
          <div className="offer-m">
            <WaitedFor offer={offer} />
            <span>{offer.reason.text}</span>
          </div>
          {problem !== null && (
            <p className="offer-p" role="alert">
              {problem || t("problem.unreachable")}
            </p>
          )}
          <div className="offer-b">
            <Button
              className="acc"
              loading={state === "accepting"}
              disabled={state === "declining"}
              onClick={onAccept}
              rightSection={keys("alt+a")}
            >
              {t("offer.accept")}
            </Button>
            <Button
              variant="default"
              loading={state === "declining"}
              disabled={busy && state !== "declining"}
              onClick={() => onDecline()}
              title={first ? keyNames("alt+d").join(" ") : undefined}
            >
              {t("offer.decline")}
            </Button>
            <DeclineMenu busy={busy} onDecline={onDecline} />
          </div>
          <Left offer={offer} />
        </>
      )}
    </article>
  );
}
