// The agent's screen: list, thread, record; what is open stands in the address.
import { Drawer } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconMessages } from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "../../keys";
import { useEntity } from "../../store/hooks";
import type { ConversationPanel, WorkItem } from "../../types";
import { ComplaintLayers } from "../complaints/Layers";
import { List, ListSkeleton, neighbour } from "./List";

// What stands beside the list comes in one piece, fetched while the list is drawn.
const beside = import("./beside");
const Conversation = lazy(() => beside.then((module) => ({ default: module.Conversation })));
const RecordPanel = lazy(() => beside.then((module) => ({ default: module.RecordPanel })));

function Record({ id }: { id: string }) {
  const { t } = useTranslation();
  const waiting = (
    <aside className="record" aria-label={t("record.label")} aria-busy="true" data-region>
      <ListSkeleton />
    </aside>
  );
  return (
    <Suspense fallback={waiting}>
      <RecordPanel id={id} />
    </Suspense>
  );
}

function NothingOpen() {
  const { t } = useTranslation();
  return (
    <main className="conv" data-region>
      <div className="empty">
        <IconMessages size={38} stroke={1.3} aria-hidden />
        <h2>{t("inbox.none")}</h2>
        <p>{t("inbox.noneText")}</p>
      </div>
    </main>
  );
}

/** Whether this conversation waits for my wrap-up. */
function useWrappingUp(id: string | undefined): boolean {
  const item = useEntity<WorkItem>("conversation", id);
  const panel = useEntity<ConversationPanel>("panel", id);
  return item?.interaction?.phase === "wrapping_up" && panel?.mine.can.wrap_up === true;
}

export function Inbox() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const wide = useMediaQuery("(min-width: 1200px)", true, { getInitialValueInEffect: false });
  const [list, setList] = useState(true);
  const [record, setRecord] = useState(true);
  const [drawer, setDrawer] = useState(false);
  const open = useCallback((next: string) => void navigate({ to: "/c/$id", params: { id: next } }), [navigate]);
  const step = (by: 1 | -1) => {
    const next = neighbour(id ?? null, by);
    if (next) open(next);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    "[": () => setList(!list),
    "]": () => (wide ? setRecord(!record) : setDrawer(!drawer)),
  });
  const wrappingUp = useWrappingUp(id);
  // The form stands in the record: work that must be wrapped up brings it out, wherever it was put away.
  useEffect(() => {
    if (!wrappingUp) return;
    if (wide) setRecord(true);
    else setDrawer(true);
  }, [wrappingUp, wide]);
  const side = wide && record && id !== undefined;
  const classes = ["console", id && "open", !side && "noside", !list && "nolist"].filter(Boolean).join(" ");
  return (
    <div className={classes}>
      <List selected={id ?? null} open={open} />
      {/* Two children with one key would leave every earlier conversation standing: each says what it is. */}
      {id ? (
        <Suspense key={`thread ${id}`} fallback={<main className="conv" aria-busy="true" data-region />}>
          <Conversation
            id={id}
            onBack={() => void navigate({ to: "/" })}
            onRecord={() => setDrawer(true)}
            onNext={() => step(1)}
          />
        </Suspense>
      ) : (
        <NothingOpen />
      )}
      {side && <Record key={`record ${id}`} id={id} />}
      {!wide && id && (
        <Drawer
          opened={drawer}
          onClose={() => setDrawer(false)}
          position="right"
          size={350}
          padding={0}
          title={t("record.label")}
          closeButtonProps={{ "aria-label": t("close") }}
        >
          <Record id={id} />
        </Drawer>
      )}
      <ComplaintLayers />
    </div>
  );
}
