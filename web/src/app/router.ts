// Addresses: patterns over the path, filters in the query, a place inside the screen in the hash.

import { signal } from '@preact/signals';

export type Params = Record<string, string>;

export interface Place {
  path: string;
  query: URLSearchParams;
  hash: string;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** '/runs/:run' over '/runs/12' gives {run: '12'}; null where they do not fit. */
export function matchPath(pattern: string, path: string): Params | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/+$/, '').split('/');
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (const [at, part] of wanted.entries()) {
    const value = decode(given[at] ?? '');
    if (value === null || value === '' && part !== '') return null;
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

/** An address from parts that may hold anything: path`/pipelines/${name}`. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((text, part, at) => text + encodeURIComponent(String(values[at - 1] ?? '')) + part);
}

export function readPlace(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search), hash: location.hash };
}

export const place = signal<Place>({ path: '/', query: new URLSearchParams(), hash: '' });

// A screen with unsaved work may object; it answers false to stay.
let guard: (() => boolean) | null = null;

export function setGuard(next: (() => boolean) | null): void {
  guard = next;
}

export function navigate(url: string, how: { replace?: boolean } = {}): void {
  const samePath = new URL(url, location.href).pathname === location.pathname;
  if (!samePath && guard && !guard()) return;
  if (how.replace) history.replaceState(history.state, '', url);
  else history.pushState(null, '', url);
  place.value = readPlace();
}

/** The present address with some filters set, or removed where the value is empty. */
export function withFilter(changes: Record<string, string>): string {
  const query = new URLSearchParams(place.value.query);
  for (const [key, value] of Object.entries(changes)) {
    if (value) query.set(key, value);
    else query.delete(key);
  }
  const text = query.toString();
  return place.value.path + (text ? `?${text}` : '');
}

function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!plain || event.defaultPrevented) return null;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target || link.hasAttribute('download')) return null;
  return link;
}

function isOurs(url: URL): boolean {
  const servers = /^\/(api|webhooks|runner|badges|metrics|healthz|readyz|assets)\b|^\/licenses\.txt$/;
  return url.origin === location.origin && !servers.test(url.pathname);
}

export function startRouter(): void {
  place.value = readPlace();
  addEventListener('popstate', () => (place.value = readPlace()));
  addEventListener('hashchange', () => (place.value = readPlace()));
  document.addEventListener('click', (event) => {
    const link = linkOf(event);
    if (!link || !isOurs(new URL(link.href))) return;
    event.preventDefault();
    navigate(link.href);
  });
}
