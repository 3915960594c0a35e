// The stack of offers above the list: oldest on top, three at most.
import { useTranslation } from "react-i18next";
import { accept, decline, offers } from "../../store/offers";
import { useValue } from "../../store/value";
import { OfferCard } from "./OfferCard";

const SHOWN = 3;

export function Offers({ open }: { open: (id: string) => void }) {
  const { t } = useTranslation();
  const all = useValue(offers);
  if (all.length === 0) return null;
  const first = all.find((each) => each.state !== "gone")?.offer.id;
  return (
    <section className="offers" aria-label={t("offer.section")}>
      {all.slice(0, SHOWN).map((each) => (
        <OfferCard
          key={each.offer.id}
          ringing={each}
          first={each.offer.id === first}
          onAccept={() => void accept(each.offer.id).then((id) => id && open(id))}
          onDecline={(reason) => void decline(each.offer.id, reason)}
        />
      ))}
      {all.length > SHOWN && <div className="more-offers">{t("offer.more", { count: all.length - SHOWN })}</div>}
    </section>
  );
}
