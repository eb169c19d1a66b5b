// The daemon's HTTP side: one function, typed errors, every write with a key that makes a retry harmless.

import type { ErrorBody } from './types';

const BASE = 'api/v1';
/** A wish that got no answer for so long, in ms, is told as `offline`. */
const PATIENCE = 10_000;
/** The same where a file goes along. */
const FILE_PATIENCE = 60_000;

/** Why the daemon did not do it. `code` is what the page words; `said` is the daemon's own English sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly said: string,
    readonly field: string | null = null,
    readonly fields: Record<string, string> = {},
    readonly retryAfter: number | null = null,
    readonly rule: string | null = null,
    /** All that was said, for what has words of its own. */
    readonly more: object = {},
  ) {
    super(`${code}: ${said}`);
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Called when an answer says that nobody is signed in here any more. */
let onSignedOut: () => void = () => {};
/** Called with the daemon's clock, in ms since 1970, by each answer that tells it. */
let onDate: (now: number) => void = () => {};

export function listen(handlers: { signedOut: () => void; date: (now: number) => void }): void {
  onSignedOut = handlers.signedOut;
  onDate = handlers.date;
}

/** `body` is sent as JSON; a file as what it is. `patience` in ms. */
export async function ask<T>(method: Method, path: string, body?: unknown, key: string = newKey(), patience: number = body instanceof Blob ? FILE_PATIENCE : PATIENCE): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const file = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = file ? body.type : 'application/json';
  if (method !== 'GET') headers['Idempotency-Key'] = key;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(patience) };
  if (body !== undefined) init.body = file ? body : JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(`${BASE}${path}`, init);
  } catch (why) {
    throw new ApiError(0, 'offline', String(why));
  }
  const date = Date.parse(answer.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) onDate(date);
  if (!answer.ok) throw await refusal(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function refusal(answer: Response): Promise<ApiError> {
  return refusalOf(answer.status, answer.statusText, answer.headers.get('Retry-After'), (await answer.json().catch(() => null)) as ErrorBody | null);
}

/** `retry`: its header Retry-After; `said`: its body, where that is JSON. */
export function refusalOf(status: number, statusText: string, retry: string | null, said: ErrorBody | null): ApiError {
  if (status === 401) onSignedOut();
  const wait = Number(retry);
  const { code, text, field, fields, rule } = said?.error ?? { code: `http-${status}`, text: statusText };
  return new ApiError(status, code, text, field ?? null, fields ?? {}, Number.isFinite(wait) && wait > 0 ? wait : null, rule ?? null, said?.error ?? {});
}

/** 128 random bits in hex; `randomUUID` is missing where the page has no TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** A query string of what is given; empty values are left out. */
export function query(fields: Record<string, string | null | undefined>): string {
  const given = Object.entries(fields).filter((f): f is [string, string] => !!f[1]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
