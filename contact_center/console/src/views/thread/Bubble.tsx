// A short message of a live channel: the customer's on the left, ours on the right.
import { ClockTime } from "../../parts/Time";
import { useLooked, Words } from "../../parts/Words";
import type { Message } from "../../types";
import { DeliveryLine } from "./DeliveryLine";
import { Files } from "./Files";

export function Bubble({ message }: { message: Message }) {
  const out = message.direction === "out";
  const failed = message.delivery?.state.startsWith("failed") || message.delivery?.state === "bounced";
  const { q, here } = useLooked(message.id);
  return (
    <div
      className={`b ${out ? "me" : "them"}${failed ? " fail" : ""}${here ? " looked" : ""}`}
      data-message={message.id}
    >
      <div className="b-t">
        <Words text={message.text} q={q} />
        <Files files={message.attachments} />
      </div>
      <div className="b-m">
        {message.delivery && <DeliveryLine message={message} />}
        <ClockTime at={message.at} />
      </div>
    </div>
  );
}
