// The call that one is on, above every page: who, how long, how the line stands, and the ways out of it.
import "../../styles/call.css";
import { Button } from "@mantine/core";
import { IconPhone, IconPhoneOff, IconPlugConnected } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useProblemText } from "../../parts/Problem";
import { Since } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { calls, hangUp, here, joinCall, myPart, noTelephone, phone, trouble } from "../../store/calls";
import { useEntity } from "../../store/hooks";
import { useValue } from "../../store/value";
import type { CallView, WorkItem } from "../../types";

/** How the line stands, as a key of the texts. */
export function lineOf(call: CallView, mine: boolean, telephone: string): string {
  if (call.state === "recovering") return "lost";
  if (myPart(call)?.joined)
    return mine && telephone === "lost" ? "lost" : call.state === "talking" ? "talking" : "connecting";
  return mine && telephone !== "lost" ? "connecting" : "away";
}

function Bar({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const words = useProblemText();
  const [busy, setBusy] = useState(false);
  const mine = useValue(here) === call.id;
  const line = lineOf(call, mine, useValue(phone.state));
  const none = useValue(noTelephone);
  const failed = useValue(trouble);
  const name = useEntity<WorkItem>("conversation", call.conversation_id)?.customer.name;
  const act = (work: () => Promise<void>) => {
    setBusy(true);
    work()
      .catch((error: unknown) => toast(words(error), "bad"))
      .finally(() => setBusy(false));
  };
  return (
    <section className={`call-bar ${line}`} aria-label={t("call.bar")}>
      <IconPhone size={19} aria-hidden />
      <span className="call-who">
        <Link to="/c/$id" params={{ id: call.conversation_id }}>
          {name || call.number || t("call.withheld")}
        </Link>
        <span>
          {name && call.number ? `${call.number} · ` : ""}
          <span role="status">{t(`call.line.${line}`)}</span>
          {failed ? <b> · {words(failed)}</b> : null}
          {none ? ` · ${t("call.noTelephone")}` : !phone.sound && mine ? ` · ${t("call.noSound")}` : ""}
        </span>
      </span>
      {call.talking_since && <Since at={call.talking_since} />}
      <span className="grow" />
      {(line === "lost" || line === "away") && !none && (
        <Button
          variant="white"
          className="call-join"
          h={34}
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          loading={busy}
          onClick={() => act(() => joinCall(call.interaction_id))}
        >
          {t("call.join")}
        </Button>
      )}
      <Button
        className="call-end"
        h={34}
        leftSection={<IconPhoneOff size={16} aria-hidden />}
        loading={busy}
        onClick={() => act(() => hangUp(call))}
      >
        {t("call.end")}
      </Button>
    </section>
  );
}

export function CallBar() {
  const going = useValue(calls);
  return (
    <>
      {going.map((call) => (
        <Bar key={call.id} call={call} />
      ))}
    </>
  );
}
