// A small server for tests: answers HTTP from a table of routes, and a wire that plays the socket. Only tests use it.
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";
import { vi } from "vitest";
import type { Wire } from "../src/live";
import type { ConversationPanel, Message, Offer, WorkItem } from "../src/types";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

type Answer = { status?: number; body?: unknown } | "unreachable";
type Handler = (call: Call) => Answer;

export class House {
  readonly calls: Call[] = [];
  private routes: [string, RegExp, Handler][] = [];

  on(method: string, path: RegExp, handler: Handler): this {
    this.routes.unshift([method, path, handler]);
    return this;
  }

  open(): this {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(url, init));
    return this;
  }

  of(method: string, path: RegExp): Call[] {
    return this.calls.filter((call) => call.method === method && path.test(call.path));
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    const address = new URL(url, "http://house.example");
    const call: Call = {
      method: init.method ?? "GET",
      path: address.pathname.replace("/api/v1", ""),
      query: address.searchParams,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
      headers: init.headers as Record<string, string>,
    };
    this.calls.push(call);
    const route = this.routes.find(([method, path]) => method === call.method && path.test(call.path));
    const answer = route
      ? route[2](call)
      : { status: 404, body: { code: "not_found", title: "No such thing", status: 404 } };
    if (answer === "unreachable") throw new TypeError("network");
    const status = answer.status ?? 200;
    return new Response(status === 204 ? null : JSON.stringify(answer.body ?? {}), {
      status,
      headers: { "content-type": "application/json" },
    });
  }
}

export class FakeWire implements Wire {
  connected = false;
  active = true;
  refusing = false;
  readonly sent: { name: string; data: unknown }[] = [];
  answers: Record<string, (data: unknown) => unknown> = {};
  private listeners = new Map<string, ((...args: never[]) => void)[]>();

  on(name: string, listener: (...args: never[]) => void): this {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    return this;
  }

  emit(name: string, data: unknown): this {
    this.sent.push({ name, data });
    return this;
  }

  async emitWithAck(name: string, data: unknown): Promise<unknown> {
    this.sent.push({ name, data });
    return this.answers[name]?.(data) ?? { ok: true, version: 1 };
  }

  connect(): this {
    if (this.refusing) {
      this.active = false;
      this.tell("connect_error");
      return this;
    }
    this.active = true;
    this.connected = true;
    this.tell("connect");
    return this;
  }

  /** The server ends it, and takes it back only when `refusing` says so no more. */
  end(): void {
    this.connected = false;
    this.active = false;
    this.refusing = true;
    this.tell("disconnect", "io server disconnect");
  }

  disconnect(): this {
    this.connected = false;
    return this;
  }

  cut(): void {
    this.connected = false;
    this.tell("disconnect", "transport close");
  }

  tell(name: string, ...args: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(...(args as never[]));
  }
}

export function show(element: ReactElement) {
  return render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>{element}</QueryClientProvider>
    </MantineProvider>,
  );
}

const AT = "2026-11-22T10:00:00Z";

export function item(id: string, change: Partial<WorkItem> = {}): WorkItem {
  return {
    id,
    version: 1,
    customer: { id: `cust-${id}`, name: `Customer ${id}`, vip: false, version: 1 },
    channel: "email",
    subject: `Subject ${id}`,
    preview: { direction: "in", text: `Text ${id}`, author: null },
    last_message_at: AT,
    unread: 0,
    group: "now",
    interaction: {
      id: `int-${id}`,
      state: "assigned",
      version: 1,
      queue: { id: "q1", name: "Support" },
      agent: null,
      phase: "active",
      queued_at: AT,
      priority: 0,
    },
    ticket: null,
    next_due: null,
    has_draft: false,
    failed_send: false,
    snoozed_until: null,
    viewers: [],
    ...change,
  };
}

export function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    conversation_id: "c1",
    interaction_id: null,
    version: 1,
    kind: "message",
    direction: "in",
    author: { kind: "customer", id: null, name: "Ana" },
    at: AT,
    subject: "",
    text: `Text of ${id}`,
    visible_text: null,
    html: false,
    sender: null,
    bcc: [],
    forwards: null,
    to: [],
    cc: [],
    attachments: [],
    client_message_id: null,
    delivery: null,
    event: null,
    ...change,
  };
}

export function panel(id: string, change: Partial<ConversationPanel> = {}): ConversationPanel {
  const can = {
    reply: true,
    note: true,
    wait: true,
    resolve: true,
    transfer: true,
    requeue: true,
    take: false,
    assign: true,
    wrap_up: true,
    close: true,
  };
  return {
    item: item(id),
    customer: {
      id: `cust-${id}`,
      name: "Ana",
      vip: false,
      at_risk: false,
      preferred_agent_ids: [],
      language: null,
      note: null,
      company: null,
      time_zone: null,
      attributes: {},
      created_at: AT,
      version: 1,
    },
    identities: [],
    participants: [],
    tickets: [],
    complaints: [],
    history: [],
    csat: null,
    mine: { draft: { reply: null, note: null, forward: null }, can },
    reply_to: {
      to: [{ value: "ana@example.pt", name: "Ana" }],
      cc: [],
      from: { value: "support@demo.example", name: "" },
      subject: "Re: Subject",
    },
    version: 1,
    ...change,
  };
}

export function offer(id: string, change: Partial<Offer> = {}): Offer {
  const now = Date.now();
  return {
    id,
    interaction_id: `int-${id}`,
    conversation_id: `conv-${id}`,
    channel: "email",
    subject: "Charged twice",
    preview: "My card was charged twice",
    customer: { id: "cust", name: "王晓敏", vip: true, version: 1 },
    queue: { id: "q1", name: "Billing" },
    reason: { rule: "longest_idle", text: "You have been free the longest", skills: [] },
    waited_s: 5,
    queued_at: new Date(now - 5000).toISOString(),
    offered_at: new Date(now).toISOString(),
    expires_at: new Date(now + 120_000).toISOString(),
    offer_seconds: 120,
    server_now: new Date(now).toISOString(),
    version: 1,
    complaints_open: 0,
    complaints: [],
    ...change,
  };
}
