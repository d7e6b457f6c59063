// Every request of the page goes through here: one place for errors, sign-in and the event number.

import { signal } from '@preact/signals';
import { live } from './live';
import type { Problem } from './types';

const BASE = '/api/v1';

/** True once the server has said that nobody is signed in. */
export const signedOut = signal(false);

interface ErrorBody {
  error?: { code?: string; message?: string };
  problems?: Problem[];
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: Problem[] = [],
  ) {
    super(message);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `a` and `b` as a query string; empty values are left out. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

async function toError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const message = body.error?.message ?? `The server answered ${response.status}.`;
  return new ApiError(response.status, body.error?.code ?? '', message, body.problems);
}

async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(BASE + path, { credentials: 'same-origin', ...init }).catch((error) => {
    throw isAbort(error) ? error : new ApiError(0, 'unreachable', 'The server cannot be reached.');
  });
  if (response.ok) return response;
  const error = await toError(response);
  if (response.status === 401) signedOut.value = true;
  throw error;
}

export async function getJson<T>(path: string, abort?: AbortSignal): Promise<T> {
  const response = await request(path, { signal: abort, headers: { Accept: 'application/json' } });
  const seq = Number(response.headers.get('Triphammer-Seq'));
  if (seq > 0) live.noteSeq(seq);
  return (await response.json()) as T;
}

/** Answers the body, or undefined where there is none. */
export async function send<T>(method: string, path: string, body: object = {}, abort?: AbortSignal): Promise<T | undefined> {
  const response = await request(path, {
    method,
    signal: abort,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return text ? (JSON.parse(text) as T) : undefined;
}

export interface LogSlice {
  text: string;
  lines: number;
  bytes: number;
  done: boolean;
}

export async function getLog(path: string, abort: AbortSignal): Promise<LogSlice> {
  const response = await request(path, { signal: abort });
  const header = (name: string) => response.headers.get(`Triphammer-Log-${name}`);
  return {
    text: await response.text(),
    lines: Number(header('Lines')),
    bytes: Number(header('Bytes')),
    done: header('Done') === 'true',
  };
}
