// The head of a conversation: what it is about, its number and queue, who else looks at it, and what may be done with it.
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowForwardUp,
  IconCheck,
  IconChevronLeft,
  IconDots,
  IconEye,
  IconHandGrab,
  IconLayoutSidebarRight,
  IconMoonStars,
  IconPencil,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "../../keys";
import { Avatar } from "../../parts/Avatar";
import { ChannelIcon } from "../../parts/ChannelIcon";
import { recordComplaint } from "../../store/complaints";
import { entities } from "../../store/entities";
import { openFind } from "../../store/find";
import { openMail } from "../../store/newMail";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import type { Can, ConversationPanel, WorkItem } from "../../types";
import { writeAddresses } from "../composer/addresses";
import { SnoozeItems } from "./SnoozeItems";
import { requeue, resolve, take } from "./work";

const TransferDialog = lazy(() => import("./TransferDialog").then((module) => ({ default: module.TransferDialog })));

function Eyes({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  const me = session.get().user?.id;
  const others = item.viewers.filter((each) => each.user.id !== me);
  const first = others.find((each) => each.doing !== "viewing") ?? others[0];
  if (!first) return null;
  const Icon = first.doing === "viewing" ? IconEye : IconPencil;
  return (
    <span className="eyes" role="status">
      {others.slice(0, 3).map((each) => (
        <Avatar key={each.user.id} name={each.user.name} size={20} />
      ))}
      <Icon size={12} stroke={2} aria-hidden />
      {t(`viewer.${first.doing}`, { name: first.user.name, count: others.length - 1 })}
    </span>
  );
}

interface Props {
  item: WorkItem;
  panel: ConversationPanel | undefined;
  onBack: () => void;
  onRecord: () => void;
  onNext: () => void;
}

function Title({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  return (
    <div className="ch-l">
      <h2 title={item.subject}>
        {item.subject || (item.channel === "email" ? t("thread.noSubject") : item.customer.name)}
      </h2>
      <div className="ch-2">
        {item.ticket && <span className="num">{t("thread.number", { number: item.ticket.number })}</span>}
        <span className={`chan ch-${item.channel}`}>
          <ChannelIcon channel={item.channel} size={13} stroke={2} />
          {t(`channel.${item.channel}`)}
        </span>
        {item.interaction?.queue && <span className="queue">{item.interaction.queue.name}</span>}
        {item.ticket && <span className="queue">{t(`ticket.${item.ticket.status}`)}</span>}
        <Eyes item={item} />
      </div>
    </div>
  );
}

const NOTHING: Partial<Can> = {};

export function Header({ item, panel, onBack, onRecord, onNext }: Props) {
  const { t } = useTranslation();
  const [transferring, setTransferring] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const can = panel?.mine.can ?? NOTHING;
  const records = may(useValue(session).user, "complaints.write");
  const open = item.interaction !== null && can.close === true;
  useKeys({
    e: () => open && void resolve(item),
    "shift+e": () => open && void resolve(item).then((done) => done && onNext()),
    t: () => can.transfer && setTransferring(true),
    s: () => setSnoozing(true),
    "shift+c": () => records && recordComplaint(item.id),
  });
  return (
    <header className="ch">
      <ActionIcon className="back" variant="subtle" size={36} aria-label={t("thread.back")} onClick={onBack}>
        <IconChevronLeft size={20} aria-hidden />
      </ActionIcon>
      <Title item={item} />
      <div className="ch-r">
        {can.transfer && (
          <Tooltip label={t("thread.transfer")}>
            <ActionIcon
              className="opt"
              variant="default"
              size={34}
              aria-label={t("thread.transfer")}
              onClick={() => setTransferring(true)}
            >
              <IconArrowForwardUp size={17} stroke={1.8} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <Menu position="bottom-end" width={250} opened={snoozing} onChange={setSnoozing}>
          <Menu.Target>
            <Tooltip label={t("thread.snooze")}>
              <ActionIcon className="opt" variant="default" size={34} aria-label={t("thread.snooze")}>
                <IconMoonStars size={17} stroke={1.8} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <SnoozeItems item={item} />
          </Menu.Dropdown>
        </Menu>
        <ActionIcon className="side-t" variant="default" size={34} aria-label={t("record.label")} onClick={onRecord}>
          <IconLayoutSidebarRight size={17} stroke={1.8} aria-hidden />
        </ActionIcon>
        <MoreMenu item={item} can={can} records={records} onTransfer={() => setTransferring(true)} />
        {can.take ? (
          <Button
            h={34}
            px={14}
            variant="default"
            leftSection={<IconHandGrab size={16} aria-hidden />}
            onClick={() => void take(item)}
          >
            {t("thread.take")}
          </Button>
        ) : (
          open && (
            <Button
              h={34}
              px={14}
              variant="default"
              leftSection={<IconCheck size={16} aria-hidden />}
              onClick={() => void resolve(item)}
            >
              {t("thread.resolve")}
            </Button>
          )
        )}
      </div>
      {transferring && (
        <Suspense>
          <TransferDialog item={item} onClose={() => setTransferring(false)} />
        </Suspense>
      )}
    </header>
  );
}

/** What was begun elsewhere goes on by mail, on the same ticket. */
function goOnByMail(user: string, item: WorkItem): void {
  const known = entities.get<ConversationPanel>("panel", item.id)?.identities.find((each) => each.kind === "email");
  openMail(user, {
    to: known ? writeAddresses([{ value: known.value, name: item.customer.name }]) : "",
    subject: item.subject,
    continues: item.id,
  });
}

function MoreMenu({
  item,
  can,
  records,
  onTransfer,
}: {
  item: WorkItem;
  can: Partial<Can>;
  records: boolean;
  onTransfer: () => void;
}) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const items = [
    can.transfer && { label: t("thread.transfer"), run: onTransfer },
    can.requeue && { label: t("thread.requeue"), run: () => void requeue(item) },
    { label: t("find.label"), run: () => openFind(item.id) },
    can.reply &&
      item.channel !== "email" &&
      user !== null &&
      user.agent !== null && { label: t("newMail.goOn"), run: () => goOnByMail(user.id, item) },
    can.take && can.close && { label: t("thread.resolve"), run: () => void resolve(item) },
    records && { label: t("complaint.record"), run: () => recordComplaint(item.id) },
  ].filter((each) => typeof each === "object");
  if (items.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={34} aria-label={t("thread.more")}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((each) => (
          <Menu.Item key={each.label} onClick={each.run}>
            {each.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
