// The right pane: whom we serve, and what there was before. Wrap-up stands on top when it is due.
import { useTranslation } from "react-i18next";
import { ListSkeleton } from "../inbox/List";
import { useEntity } from "../../store/hooks";
import type { ConversationPanel, Customer, WorkItem } from "../../types";
import { CustomerCard } from "./CustomerCard";
import { Past, Tickets } from "./Past";
import { WrapUp } from "./WrapUp";

export function RecordPanel({ id }: { id: string }) {
  const { t } = useTranslation();
  const panel = useEntity<ConversationPanel>("panel", id);
  const item = useEntity<WorkItem>("conversation", id);
  const customer = useEntity<Customer>("customer", panel?.customer.id) ?? panel?.customer;
  return (
    <aside className="record" aria-label={t("record.label")} data-region>
      {panel && item && panel.mine.can.wrap_up && item.interaction?.phase === "wrapping_up" && <WrapUp key={item.interaction.id} item={item} />}
      {panel && customer ? (
        <>
          <CustomerCard key={customer.id} customer={customer} identities={panel.identities} />
          {panel.tickets.length > 0 && <Tickets tickets={panel.tickets} />}
          <Past history={panel.history.filter((each) => each.conversation_id !== id)} />
        </>
      ) : (
        <ListSkeleton />
      )}
    </aside>
  );
}
