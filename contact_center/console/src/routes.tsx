// The addresses of the console. Queues, reports and admin load when first opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Inbox } from "./views/inbox/Inbox";
import { Shell } from "./views/shell/Shell";
import { SetPassword } from "./views/signin/SetPassword";

const root = createRootRoute({ component: Outlet });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const inbox = createRoute({ getParentRoute: () => shell, path: "/", component: Inbox });
const conversation = createRoute({ getParentRoute: () => shell, path: "/c/$id", component: Inbox });
const queues = createRoute({
  getParentRoute: () => shell,
  path: "/queues",
  validateSearch: (given: Record<string, unknown>): { queue?: string } =>
    typeof given.queue === "string" ? { queue: given.queue } : {},
  component: lazyRouteComponent(() => import("./views/queues/Queues"), "Queues"),
});
const wallboard = createRoute({
  getParentRoute: () => shell,
  path: "/wallboard",
  validateSearch: (given: Record<string, unknown>): { big?: boolean; queue?: string } => ({
    ...(given.big ? { big: true } : {}),
    ...(typeof given.queue === "string" ? { queue: given.queue } : {}),
  }),
  component: lazyRouteComponent(() => import("./views/wallboard/Wallboard"), "Wallboard"),
});
const knowledge = createRoute({
  getParentRoute: () => shell,
  path: "/knowledge/{-$article}",
  component: lazyRouteComponent(() => import("./views/knowledge/Knowledge"), "Knowledge"),
});
const reports = createRoute({
  getParentRoute: () => shell,
  path: "/reports",
  component: lazyRouteComponent(() => import("./views/reports/Reports"), "Reports"),
});
const admin = createRoute({
  getParentRoute: () => shell,
  path: "/admin/{-$section}",
  component: lazyRouteComponent(() => import("./views/admin/Admin"), "Admin"),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("./views/account/Account"), "Account"),
});
const setPassword = createRoute({ getParentRoute: () => root, path: "/set-password", component: SetPassword });

const tree = root.addChildren([
  shell.addChildren([inbox, conversation, queues, wallboard, knowledge, reports, admin, account]),
  setPassword,
]);
export const router = createRouter({ routeTree: tree, basepath: "/console", defaultPreload: false });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
