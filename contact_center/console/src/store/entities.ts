// The one store of what the server told: one value per entity, always the highest version seen, whether it came by
// snapshot or by event and in whatever order. Lists elsewhere hold ids only; a component re-draws when *its* entity changes.

export type Kind =
  | "conversation"
  | "panel"
  | "message"
  | "offer"
  | "agent"
  | "queue"
  | "thread"
  | "customer"
  | "viewers";
type Listener = () => void;

interface Held {
  version: number;
  value: unknown;
}

export class Entities {
  private held = new Map<string, Held>();
  private listeners = new Map<string, Set<Listener>>();

  private key(kind: Kind, id: string): string {
    return `${kind}:${id}`;
  }

  /** Keeps the value unless a newer version is known; the same version replaces (a snapshot may know more). */
  put(kind: Kind, id: string, version: number, value: unknown): boolean {
    const key = this.key(kind, id);
    const known = this.held.get(key);
    if (known && known.version > version) return false;
    this.held.set(key, { version, value });
    this.tell(key);
    return true;
  }

  get<T>(kind: Kind, id: string): T | undefined {
    return this.held.get(this.key(kind, id))?.value as T | undefined;
  }

  /** The version known, or -1. */
  version(kind: Kind, id: string): number {
    return this.held.get(this.key(kind, id))?.version ?? -1;
  }

  /** Changes a value in place of its version, for facts that carry none (who is viewing, what I have read). */
  change<T>(kind: Kind, id: string, change: (value: T) => T): void {
    const key = this.key(kind, id);
    const known = this.held.get(key);
    if (!known) return;
    const value = change(known.value as T);
    if (value === known.value) return;
    this.held.set(key, { version: known.version, value });
    this.tell(key);
  }

  remove(kind: Kind, id: string): void {
    const key = this.key(kind, id);
    if (this.held.delete(key)) this.tell(key);
  }

  ids(kind: Kind): string[] {
    const start = `${kind}:`;
    return [...this.held.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  }

  subscribe(kind: Kind, id: string, listener: Listener): () => void {
    const key = this.key(kind, id);
    const set = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.listeners.get(key) === set) this.listeners.delete(key);
    };
  }

  clear(): void {
    const keys = [...this.held.keys()];
    this.held.clear();
    for (const key of keys) this.tell(key);
  }

  private tell(key: string): void {
    for (const listener of this.listeners.get(key) ?? []) listener();
  }
}

export const entities = new Entities();
