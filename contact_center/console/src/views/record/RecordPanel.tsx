// The right pane: whom we serve, and what there was before. Wrap-up stands on top when it is due.
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useEntity } from "../../store/hooks";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { ConversationPanel, Customer, Language, WorkItem } from "../../types";
import { ListSkeleton } from "../inbox/List";
import { Articles } from "./Articles";
import { Complaints } from "./Complaints";
import { Csat } from "./Csat";
import { CustomerCard } from "./CustomerCard";
import { Past, Tickets } from "./Past";

const WrapUp = lazy(() => import("./WrapUp").then((module) => ({ default: module.WrapUp })));

export function RecordPanel({ id }: { id: string }) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const panel = useEntity<ConversationPanel>("panel", id);
  const item = useEntity<WorkItem>("conversation", id);
  const customer = useEntity<Customer>("customer", panel?.customer.id) ?? panel?.customer;
  return (
    <aside className="record" aria-label={t("record.label")} data-region>
      {panel && item && panel.mine.can.wrap_up && item.interaction?.phase === "wrapping_up" && (
        <Suspense>
          <WrapUp key={item.interaction.id} item={item} />
        </Suspense>
      )}
      {panel && customer ? (
        <>
          <CustomerCard key={customer.id} customer={customer} identities={panel.identities} />
          {panel.csat && <Csat last={panel.csat} />}
          <Complaints conversation={id} lines={panel.complaints} />
          <Articles
            conversation={id}
            changes={may(user, "conversations.write")}
            customer={customer.language as Language | null}
          />
          {panel.tickets.length > 0 && <Tickets tickets={panel.tickets} />}
          <Past history={panel.history.filter((each) => each.conversation_id !== id)} />
        </>
      ) : (
        <ListSkeleton />
      )}
    </aside>
  );
}
