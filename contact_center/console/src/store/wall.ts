// The wallboard as this window knows it: a snapshot, then deltas that are counted. A number that is missing makes it ask for
// everything again; when nothing comes, `at` grows old and the screen says so.
import { io, type Socket } from "socket.io-client";
import type { Wire } from "../live";
import type { WallQueue } from "../types";
import { Value } from "./value";

const AGAIN_MS = 2000;

interface Told {
  number: number;
  queues: WallQueue[];
}

export interface WallBoard {
  /** Null until the first snapshot. */
  queues: WallQueue[] | null;
  /** The service level that is aimed at, 0 to 1. */
  target: number;
  /** When it was told last, by this machine's clock; 0: never. */
  at: number;
}

export class Wall {
  readonly board = new Value<WallBoard>({ queues: null, target: 0, at: 0 });
  private number = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private watched = false;

  constructor(private wire: Wire) {
    wire.on("snapshot", (told: Told & { target: number }) => this.whole(told));
    wire.on("delta", (told: Told & { gone: string[] }) => this.changed(told));
    wire.on("disconnect", () => this.comeBack());
    wire.on("connect_error", () => this.comeBack());
  }

  start(): void {
    this.watched = true;
    this.wire.connect();
  }

  stop(): void {
    this.watched = false;
    clearTimeout(this.again);
    this.wire.disconnect();
  }

  private whole(told: Told & { target: number }): void {
    this.number = told.number;
    this.board.set({ queues: told.queues, target: told.target, at: Date.now() });
  }

  private changed({ number, queues, gone }: Told & { gone: string[] }): void {
    const { queues: known, target } = this.board.get();
    if (known === null || number !== this.number + 1) {
      this.wire.emit("snapshot", {});
      return;
    }
    this.number = number;
    const now = new Map(known.map((each) => [each.queue.id, each]));
    for (const each of queues) now.set(each.queue.id, each);
    for (const id of gone) now.delete(id);
    this.board.set({ queues: [...now.values()], target, at: Date.now() });
  }

  /** The server refused or ended it (its database is away, the session is over): asked again until it takes us. */
  private comeBack(): void {
    if (!this.watched || this.wire.active) return;
    clearTimeout(this.again);
    this.again = setTimeout(() => this.watched && this.wire.connect(), AGAIN_MS);
  }
}

export function openWall(): Wall {
  const socket: Socket = io("/wallboard", { autoConnect: false, withCredentials: true, reconnectionDelayMax: 5000 });
  return new Wall(socket as unknown as Wire);
}
