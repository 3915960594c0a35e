// The rail: places one may go, the number of what needs a reply now, help, and oneself.
import { Menu, Tooltip } from "@mantine/core";
import {
  IconBook2,
  IconChartBar,
  IconDeviceTv,
  IconInbox,
  IconKeyboard,
  IconLogout,
  IconPencilPlus,
  IconSettings,
  IconUser,
  IconUsersGroup,
} from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { initials } from "../../format";
import { Logo } from "../../parts/Logo";
import { useEntity } from "../../store/hooks";
import { openMail } from "../../store/newMail";
import { may, signOut } from "../../store/session";
import { useValue } from "../../store/value";
import { nowCount } from "../../store/worklist";
import type { AgentState, Me } from "../../types";
import { TONES } from "./PresenceMenu";

export function Rail({ user, onHelp }: { user: Me; onHelp: () => void }) {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const now = useValue(nowCount);
  const agent = useEntity<AgentState>("agent", user.agent?.id);
  const places = [
    { to: "/", name: t("nav.inbox"), Icon: IconInbox, count: now, shown: true, wide: "" },
    { to: "/queues", name: t("nav.queues"), Icon: IconUsersGroup, count: 0, shown: may(user, "queues.live"), wide: "" },
    {
      to: "/wallboard",
      name: t("wall.title"),
      Icon: IconDeviceTv,
      count: 0,
      shown: may(user, "reports.read"),
      wide: " wide",
    },
    {
      to: "/knowledge",
      name: t("nav.knowledge"),
      Icon: IconBook2,
      count: 0,
      shown: may(user, "kb.read"),
      wide: " wide",
    },
    {
      to: "/reports",
      name: t("nav.reports"),
      Icon: IconChartBar,
      count: 0,
      shown: may(user, "reports.read"),
      wide: " wide",
    },
    {
      to: "/admin",
      name: t("nav.admin"),
      Icon: IconSettings,
      count: 0,
      shown: may(user, "settings.read"),
      wide: " wide",
    },
  ];
  const here = (to: string) => (to === "/" ? path === "/" || path.startsWith("/c/") : path.startsWith(to));
  return (
    <nav className="rail" aria-label={t("nav.main")} data-region>
      <div className="logo">
        <Logo />
      </div>
      {places
        .filter((each) => each.shown)
        .map(({ to, name, Icon, count, wide }) => (
          <Tooltip key={to} label={name} position="right">
            <Link
              to={to}
              className={`rail-i${here(to) ? " on" : ""}${wide}`}
              aria-current={here(to) ? "page" : undefined}
              aria-label={count > 0 ? t("nav.withCount", { name, count }) : name}
            >
              <Icon size={20} stroke={1.7} aria-hidden />
              {count > 0 && (
                <span className="rail-n num" aria-hidden>
                  {count > 99 ? "99+" : count}
                </span>
              )}
            </Link>
          </Tooltip>
        ))}
      {user.agent && may(user, "conversations.write") && (
        <Tooltip label={t("newMail.title")} position="right">
          <button
            type="button"
            className="rail-i"
            aria-label={t("newMail.title")}
            onClick={() => openMail(user.id, { continues: null })}
          >
            <IconPencilPlus size={20} stroke={1.7} aria-hidden />
          </button>
        </Tooltip>
      )}
      <div className="grow" />
      <Tooltip label={t("nav.help")} position="right">
        <button type="button" className="rail-i wide" aria-label={t("nav.help")} onClick={onHelp}>
          <IconKeyboard size={20} stroke={1.7} aria-hidden />
        </button>
      </Tooltip>
      <Menu position="right-end" width={220}>
        <Menu.Target>
          <button type="button" className="rail-me">
            <span aria-hidden>{initials(user.name)}</span>
            <span className="sr">{t("nav.me", { name: user.name })}</span>
            {agent && <span className={`dot ${TONES[agent.derived]}`} aria-hidden />}
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <div className="menu-h">
            {user.name}
            <br />
            {user.email}
          </div>
          <Menu.Divider />
          <Menu.Item component={Link} to="/account" leftSection={<IconUser size={15} aria-hidden />}>
            {t("nav.account")}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => void signOut()}>
            {t("nav.signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
