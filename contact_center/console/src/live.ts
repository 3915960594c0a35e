// The socket to /agent, and everything that keeps the screen true: join before fetching, the highest version wins, a digest
// with every heartbeat, everything fetched again after a lost line. Components know nothing of this; they read the store.
import { io, type Socket } from "socket.io-client";
import { apply, EVENTS, type LiveEvent } from "./store/apply";
import { learnServerTime } from "./store/clock";
import { entities } from "./store/entities";
import { pendingIds } from "./store/offers";
import { newestAt, threadOf } from "./store/threads";
import { Value } from "./store/value";
import type { WorkItem } from "./types";

export interface Line {
  state: "connecting" | "up" | "down";
  /** When it went down, by this machine's clock. */
  since: number;
  everUp: boolean;
}

type Digest = Record<string, number | string[] | null> & {
  offers?: string[];
  agent?: number | null;
  worklist?: number;
};
type Ack = { ok?: boolean; code?: string; version?: number; server_now?: string; digest?: Digest };

/** What the digest or a lost line makes us fetch again. */
export interface Refetch {
  conversation(id: string): Promise<unknown>;
  offers(): Promise<unknown>;
  agent(): Promise<unknown>;
  worklist(): void;
  queues(): void;
  everything(): void;
  /** Asks whether the session is over; true when it is. */
  sessionOver(): Promise<boolean>;
}

export interface Wire {
  on(name: string, listener: (...args: never[]) => void): unknown;
  emitWithAck(name: string, data: unknown): Promise<unknown>;
  emit(name: string, data: unknown): unknown;
  connect(): unknown;
  disconnect(): unknown;
  connected: boolean;
  /** Whether it comes back by itself: not when the server ended or refused it. */
  active: boolean;
}

const HEARTBEAT_MS = 15_000;
const AGAIN_MS = 2000;
const ACK_MS = 8000;
const FLUSH_MS = 50;

export class Live {
  readonly line = new Value<Line>({ state: "connecting", since: Date.now(), everUp: false });
  private rooms = new Map<string, number>();
  private waiting: LiveEvent[] = [];
  private late: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | null = null;
  private worklist: number | null = null;
  private viewed: { conversation_id: string | null; doing: string } = { conversation_id: null, doing: "viewing" };

  constructor(
    private wire: Wire,
    private refetch: Refetch,
    private agentId: () => string | null,
  ) {
    wire.on("connect", () => void this.connected());
    wire.on("disconnect", (reason: string) => this.lost(reason));
    wire.on("connect_error", () => this.lost("connect_error"));
    for (const name of EVENTS) wire.on(name, (data: LiveEvent["data"]) => this.receive({ name, data }));
  }

  start(): void {
    this.wire.connect();
    this.beat ??= setInterval(() => void this.heartbeat(), HEARTBEAT_MS);
  }

  stop(): void {
    if (this.beat) clearInterval(this.beat);
    this.beat = null;
    this.rooms.clear();
    this.wire.disconnect();
  }

  retry(): void {
    if (!this.wire.connected) {
      this.wire.disconnect();
      this.wire.connect();
    }
  }

  /** Enters a room; several components may hold the same one. Resolves once joined (or when the line is down). */
  async join(room: string): Promise<void> {
    const holders = this.rooms.get(room) ?? 0;
    this.rooms.set(room, holders + 1);
    if (holders === 0 && this.wire.connected) await this.ask("join", { room });
  }

  leave(room: string): void {
    const holders = (this.rooms.get(room) ?? 1) - 1;
    if (holders > 0) this.rooms.set(room, holders);
    else if (this.rooms.delete(room) && this.wire.connected) void this.ask("leave", { room });
  }

  viewing(conversation: string | null, doing: "viewing" | "reply" | "note"): void {
    const next = { conversation_id: conversation, doing };
    if (next.conversation_id === this.viewed.conversation_id && next.doing === this.viewed.doing) return;
    this.viewed = next;
    if (this.wire.connected) this.wire.emit("viewing", next);
  }

  typing(conversation: string): void {
    if (this.wire.connected) this.wire.emit("typing", { conversation_id: conversation });
  }

  private async ask(name: string, data: unknown): Promise<Ack> {
    const late = new Promise<Ack>((done) => setTimeout(() => done({ ok: false, code: "timeout" }), ACK_MS));
    const answer = this.wire.emitWithAck(name, data) as Promise<Ack>;
    return Promise.race([answer.catch(() => ({ ok: false, code: "lost" })), late]);
  }

  private async connected(): Promise<void> {
    const again = this.line.get().everUp;
    await Promise.all([...this.rooms.keys()].map((room) => this.ask("join", { room })));
    if (this.viewed.conversation_id) this.wire.emit("viewing", this.viewed);
    this.line.set({ state: "up", since: Date.now(), everUp: true });
    if (again) this.refetch.everything();
    await this.heartbeat();
  }

  private lost(reason: string): void {
    if (reason === "io client disconnect") return;
    const before = this.line.get();
    if (before.state !== "down") this.line.set({ state: "down", since: Date.now(), everUp: before.everUp });
    if (!this.wire.active) void this.comeBack();
  }

  /**
   * The server ended or refused it: the session is over, or the server is going away, or its database is. Asking over HTTP
   * tells which. With a session we try until we get through; without one, whoever signs in again calls `retry`.
   */
  private async comeBack(): Promise<void> {
    if (await this.refetch.sessionOver()) return;
    setTimeout(() => {
      if (this.beat && !this.wire.connected && !this.wire.active) this.wire.connect();
    }, AGAIN_MS);
  }

  private receive(event: LiveEvent): void {
    // An offer rings at once, also in a hidden tab, where no frame is ever drawn.
    if (event.name.startsWith("offer.")) {
      apply(event);
      return;
    }
    this.waiting.push(event);
    if (this.waiting.length > 1) return;
    // No frame is drawn in a hidden tab, nor in one that is hidden while it waits for its frame.
    if (!document.hidden) requestAnimationFrame(() => this.flush());
    this.late = setTimeout(() => this.flush(), FLUSH_MS);
  }

  private flush(): void {
    clearTimeout(this.late);
    const events = this.waiting;
    this.waiting = [];
    for (const event of events) apply(event);
  }

  async heartbeat(): Promise<void> {
    if (!this.wire.connected) return;
    const answer = await this.ask("heartbeat", {});
    if (answer.server_now) learnServerTime(answer.server_now);
    if (answer.code === "not_signed_in") void this.refetch.sessionOver();
    if (answer.digest) await this.compare(answer.digest);
  }

  /** Finds what we missed: every difference between the server's digest and the store is fetched again. */
  private async compare(digest: Digest): Promise<void> {
    const work: Promise<unknown>[] = [];
    for (const [key, version] of Object.entries(digest)) {
      const [kind, id] = key.split(":");
      if (!id || typeof version !== "number") continue;
      if (kind === "conversation" && this.behind(id, version)) work.push(this.refetch.conversation(id));
      if (kind === "queue" && version > entities.version("queue", id)) this.refetch.queues();
    }
    if (digest.offers && differ(digest.offers, pendingIds())) work.push(this.refetch.offers());
    const agent = this.agentId();
    if (agent && typeof digest.agent === "number" && digest.agent > entities.version("agent", agent))
      work.push(this.refetch.agent());
    if (digest.worklist !== undefined && digest.worklist !== this.worklist) {
      if (this.worklist !== null) this.refetch.worklist();
      this.worklist = digest.worklist;
    }
    await Promise.allSettled(work);
  }

  private behind(id: string, version: number): boolean {
    if (version > entities.version("conversation", id)) return true;
    const item = entities.get<WorkItem>("conversation", id);
    return threadOf(id).loaded && (item?.last_message_at ?? "") > newestAt(id);
  }
}

function differ(a: string[], b: string[]): boolean {
  return a.length !== b.length || a.some((each) => !b.includes(each));
}

export function openSocket(): Wire {
  const socket: Socket = io("/agent", {
    autoConnect: false,
    withCredentials: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    timeout: 8000,
  });
  return socket as unknown as Wire;
}
