// The one HTTP client. Every call has a timeout; only GET is repeated by itself, because a POST carries an
// Idempotency-Key that the caller keeps when *it* decides to try again.
import type { ProblemBody } from "./types";

const BASE = "/api/v1";
const TIMEOUT_MS = 15_000;
const RETRIES = 2;

/** What went wrong, in words the server already translated; `status` 0 means that no answer came. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: { field: string; message: string }[];
  readonly current: Record<string, unknown> | null;

  constructor(body: ProblemBody) {
    super(body.detail || body.title);
    this.status = body.status;
    this.code = body.code;
    this.detail = body.detail ?? "";
    this.errors = body.errors ?? [];
    this.current = body.current ?? null;
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

let csrf: string | null = null;
let language = "en";
let onSignedOut: () => void = () => undefined;

export function setCsrf(token: string | null): void {
  csrf = token;
}

export function setApiLanguage(value: string): void {
  language = value;
}

/** Called whenever an answer says that the session is over. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

export interface Options {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  version?: number;
  /** The Idempotency-Key; one is made up when not given. null: none, for what carries an identity of its own. */
  key?: string | null;
  signal?: AbortSignal;
  timeoutMs?: number;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

function address(path: string, query: Options["query"]): string {
  const given = Object.entries(query ?? {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

function headers(method: Method, options: Options): Record<string, string> {
  const out: Record<string, string> = { Accept: "application/json", "Accept-Language": language };
  if (options.body !== undefined) out["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) out["X-CSRF-Token"] = csrf;
  if (method === "POST" && options.key !== null) out["Idempotency-Key"] = options.key ?? crypto.randomUUID();
  if (options.version !== undefined) out["If-Match"] = `"${options.version}"`;
  return out;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText, status: response.status, code: `http_${response.status}` };
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    return new Problem({ ...fallback, ...body, status: response.status });
  } catch {
    return new Problem(fallback);
  }
}

const unreachable = () => new Problem({ title: "", status: 0, code: "unreachable" });

async function once(method: Method, path: string, options: Options): Promise<Response> {
  const signals = [AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)];
  if (options.signal) signals.push(options.signal);
  try {
    return await fetch(address(path, options.query), {
      method,
      headers: headers(method, options),
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const worthRepeating = (problem: unknown) =>
  problem instanceof Problem && (problem.offline || problem.status === 502 || problem.status === 503);

async function answered(method: Method, path: string, options: Options): Promise<Response> {
  const response = await once(method, path, options);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== "/session") onSignedOut();
  throw problem;
}

async function repeated(path: string, options: Options): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await answered("GET", path, options);
    } catch (problem) {
      if (attempt >= RETRIES || !worthRepeating(problem)) throw problem;
      await wait(300 * 2 ** attempt);
    }
  }
}

async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const response = method === "GET" ? await repeated(path, options) : await answered(method, path, options);
  if (response.status === 204 || response.headers.get("content-length") === "0") return null as T;
  return (await response.json()) as T;
}

export const api = {
  get: <T>(path: string, options?: Options) => call<T>("GET", path, options),
  post: <T>(path: string, body?: unknown, options?: Options) => call<T>("POST", path, { ...options, body: body ?? {} }),
  put: <T>(path: string, body?: unknown, options?: Options) => call<T>("PUT", path, { ...options, body: body ?? {} }),
  patch: <T>(path: string, body: unknown, version?: number) => call<T>("PATCH", path, { body, version }),
  delete: <T>(path: string, options?: Options) => call<T>("DELETE", path, options),
};

/** Sends one file, telling its progress (0..1); aborting the signal cancels it. XMLHttpRequest, because fetch tells no upload progress. */
export function upload<T>(path: string, file: File, progress: (part: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `${BASE}${path}`);
    request.setRequestHeader("Accept-Language", language);
    request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.timeout = 10 * 60_000;
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status < 300) done(request.response as T);
      else {
        const body = (request.response ?? {}) as Partial<ProblemBody>;
        fail(
          new Problem({ title: request.statusText, code: `http_${request.status}`, ...body, status: request.status }),
        );
      }
    };
    request.onerror = () => fail(unreachable());
    request.ontimeout = () => fail(unreachable());
    request.onabort = () => fail(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
