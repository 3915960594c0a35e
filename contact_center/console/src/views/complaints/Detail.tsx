// One complaint in a layer of its own: what it says, how it stands, the next step, and every step so far.
import { Button, Drawer } from "@mantine/core";
import { IconPencil, IconRepeat } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { loadPanel } from "../../connection";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { When } from "../../parts/Time";
import { closeComplaints } from "../../store/complaints";
import { useEntity } from "../../store/hooks";
import type { Complaint, Customer } from "../../types";
import { SeverityWord, StateChip } from "./Chips";
import { Correcting } from "./Correcting";
import { Steps } from "./Steps";
import { Story } from "./Story";

function Facts({ complaint }: { complaint: Complaint }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const open = () => {
    closeComplaints();
    void navigate({ to: "/c/$id", params: { id: complaint.conversation_id } });
  };
  return (
    <dl className="facts-l">
      <dt>{t("complaint.customer")}</dt>
      <dd>{complaint.customer.name}</dd>
      <dt>{t("complaint.category")}</dt>
      <dd>{complaint.category.name[language]}</dd>
      <dt>{t("complaint.severity")}</dt>
      <dd>
        <SeverityWord severity={complaint.severity} />
      </dd>
      <dt>{t("complaint.ticket")}</dt>
      <dd className="num">
        {t("thread.number", { number: complaint.ticket.number })}{" "}
        <button type="button" className="link" onClick={open}>
          {t("complaint.source")}
        </button>
      </dd>
      <dt>{t("complaint.recordedAt")}</dt>
      <dd>
        <When at={complaint.recorded_at} /> {complaint.recorded_by?.name}
      </dd>
    </dl>
  );
}

function Shown({ complaint, changed }: { complaint: Complaint; changed: (now: Complaint) => void }) {
  const { t } = useTranslation();
  const [correcting, setCorrecting] = useState(false);
  return (
    <div className="complaint">
      <div className="complaint-h">
        <StateChip state={complaint.state} />
        {complaint.reopened > 0 && (
          <span className="pill">{t("complaint.reopenedTimes", { count: complaint.reopened })}</span>
        )}
        {complaint.can.change && !correcting && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPencil size={15} aria-hidden />}
            onClick={() => setCorrecting(true)}
          >
            {t("complaint.correct")}
          </Button>
        )}
      </div>
      {complaint.repeats > 0 && (
        <p className="repeat">
          <IconRepeat size={15} aria-hidden />
          {t("complaint.repeats", { count: complaint.repeats })}
        </p>
      )}
      {correcting ? (
        <Correcting complaint={complaint} changed={changed} onDone={() => setCorrecting(false)} />
      ) : (
        <>
          <p className="complaint-t">{complaint.text}</p>
          <Facts complaint={complaint} />
          {complaint.resolution && (
            <section>
              <h3>{t("complaint.resolution")}</h3>
              <p className="complaint-t">{complaint.resolution}</p>
              {complaint.outcome && <p className="muted">{t(`complaint.outcomes.${complaint.outcome}`)}</p>}
            </section>
          )}
          <Steps complaint={complaint} changed={changed} />
        </>
      )}
      <Story id={complaint.id} version={complaint.version} />
    </div>
  );
}

export function Detail({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = ["complaint", id];
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<Complaint>(`/complaints/${id}`, { signal }),
  });
  const complaint = found.data;
  // Each step raises the customer's version, so that what a colleague does here is seen.
  const customer = useEntity<Customer>("customer", complaint?.customer.id);
  const newest = customer?.version ?? 0;
  const behind = complaint !== undefined && newest > complaint.customer.version;
  const { refetch } = found;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once for each version that is news
  useEffect(() => {
    if (behind) void refetch();
  }, [behind, newest]);
  const changed = (now: Complaint) => {
    client.setQueryData(key, now);
    void loadPanel(now.conversation_id).catch(() => undefined);
  };
  return (
    <Drawer
      opened
      onClose={closeComplaints}
      position="right"
      size={460}
      title={complaint ? t("complaint.title", { number: complaint.number }) : t("complaint.section")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      {found.isLoading && (
        <p className="muted" role="status">
          {t("loading")}
        </p>
      )}
      {complaint && <Shown complaint={complaint} changed={changed} />}
    </Drawer>
  );
}
