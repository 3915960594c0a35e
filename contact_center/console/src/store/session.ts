// Who is signed in. An expired session keeps everything on the screen and asks to sign in again in a layer above it.
import { api, setApiLanguage, setCsrf, whenSignedOut } from "../api";
import type { AgentState, Me, Session } from "../types";
import { entities } from "./entities";
import { Value } from "./value";

export interface SessionState {
  state: "asking" | "none" | "in" | "expired";
  user: Me | null;
}

export const session = new Value<SessionState>({ state: "asking", user: null });

function begin(found: Session): void {
  setCsrf(found.csrf_token);
  setApiLanguage(found.user.language);
  if (found.user.agent) putAgent(found.user.agent);
  session.set({ state: "in", user: found.user });
}

export function putAgent(state: AgentState): void {
  entities.put("agent", state.id, state.version, state);
}

whenSignedOut(() => {
  setCsrf(null);
  session.update((now) => (now.state === "in" ? { ...now, state: "expired" } : now));
});

/** Asks once, at the start, whether the cookie still stands. */
export async function resume(): Promise<void> {
  try {
    begin(await api.get<Session>("/session"));
  } catch {
    session.set({ state: "none", user: null });
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  const before = session.get().user;
  const found = await api.post<Session>("/session", { email, password });
  if (before && before.id !== found.user.id) entities.clear();
  begin(found);
}

/** Whoever leaves is offline: an offer must not ring at an empty desk until their line is given up. */
export async function signOut(): Promise<void> {
  if (session.get().user?.agent)
    await api.put("/agents/me/presence", { state: "offline", reason: null }).catch(() => undefined);
  await api.delete("/session").catch(() => undefined);
  setCsrf(null);
  entities.clear();
  session.set({ state: "none", user: null });
}

export async function changeMe(
  change: Partial<Pick<Me, "name" | "language" | "theme" | "preferences">>,
): Promise<void> {
  const user = session.get().user;
  if (!user) return;
  if (change.language) setApiLanguage(change.language);
  session.set({ state: session.get().state, user: { ...user, ...change } });
  const saved = await api.patch<Me>("/me", change);
  session.update((now) => (now.user?.id === saved.id ? { ...now, user: { ...saved, agent: now.user.agent } } : now));
}

export function may(user: Me | null, permission: string): boolean {
  return user !== null && permission in user.permissions;
}
