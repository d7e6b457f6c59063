// A list that is paged by cursor and grows as one scrolls. Kept by address, so that Back is instant.

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { getJson, isAbort, withQuery } from './client';
import { live } from './live';
import { Refresher } from './resource';
import type { List, LiveEvent } from './types';

const PAGE = 50;
const KEPT_LISTS = 6;
// A filter that no index answers may leave pages empty: this many are asked for in one go.
const EMPTY_PAGES = 8;
const kept = new Map<string, CursorList<never>>();

export class CursorList<T> {
  readonly items = signal<T[]>([]);
  readonly loaded = signal(false);
  readonly error = signal<unknown>(undefined);
  /** The last pages held nothing that fits, and there are more. */
  readonly exhausted = signal(false);
  /** Rows that came while the reader was further down. */
  readonly unseen = signal(0);
  /** Where the reader stood, for Back. */
  offset = 0;
  /** Told how many rows came in above the reader. */
  onAdded: ((added: number) => void) | null = null;
  private next: string | null = null;
  private busy = false;

  constructor(
    private readonly path: string,
    private readonly keyOf: (item: T) => string,
  ) {}

  get hasMore(): boolean {
    return this.next !== null;
  }

  private fetchPage(cursor: string): Promise<List<T>> {
    return getJson<List<T>>(withPage(this.path, cursor));
  }

  /** Brings the newest page again and lays it over what is there: nothing skipped, nothing twice. */
  async refresh(): Promise<void> {
    try {
      this.place(await this.fetchPage(''));
      this.error.value = undefined;
    } catch (failure) {
      if (!isAbort(failure)) this.error.value = failure;
    }
  }

  private place(page: List<T>): void {
    const rest = this.restBelow(page);
    if (rest === null) {
      this.items.value = page.items;
      this.next = page.next;
      this.exhausted.value = false;
    } else {
      const added = page.items.length + rest.length - this.items.value.length;
      this.items.value = [...page.items, ...rest];
      if (this.offset > 0 && added > 0) this.announce(added);
    }
    this.loaded.value = true;
  }

  private announce(added: number): void {
    this.unseen.value += added;
    this.onAdded?.(added);
  }

  /** What of the present rows stands below the newest page; null where that page replaces them all. */
  private restBelow(page: List<T>): T[] | null {
    if (page.next === null || !this.loaded.value) return null;
    const fresh = new Set(page.items.map(this.keyOf));
    const last = this.items.value.findLastIndex((item) => fresh.has(this.keyOf(item)));
    // A full page that meets nothing we have leaves a gap below it.
    if (last < 0 && page.items.length >= PAGE) return null;
    return this.items.value.slice(last + 1);
  }

  /** A change of one row, wherever in the list it stands. */
  patch(event: LiveEvent): void {
    const changed = this.items.value.some((item) => this.keyOf(item) === event.id);
    if (!changed || !event.to) return;
    this.items.value = this.items.value.map((item) =>
      this.keyOf(item) === event.id ? { ...item, state: event.to } : item);
  }

  /** The next rows, and on through pages that a filter leaves empty, so far as `EMPTY_PAGES`. */
  async loadMore(): Promise<void> {
    if (this.busy || this.next === null) return;
    this.busy = true;
    this.exhausted.value = false;
    try {
      let found = 0;
      for (let page = 0; page < EMPTY_PAGES && found === 0 && this.next !== null; page++) found = await this.append(this.next);
      this.exhausted.value = found === 0 && this.next !== null;
      this.error.value = undefined;
    } catch (failure) {
      this.error.value = failure;
    } finally {
      this.busy = false;
    }
  }

  private async append(cursor: string): Promise<number> {
    const page = await this.fetchPage(cursor);
    const known = new Set(this.items.value.map(this.keyOf));
    const fresh = page.items.filter((item) => !known.has(this.keyOf(item)));
    if (fresh.length > 0) this.items.value = [...this.items.value, ...fresh];
    this.next = page.next;
    return fresh.length;
  }
}

function withPage(path: string, cursor: string): string {
  const page = withQuery('', { limit: PAGE, cursor }).slice(1);
  return `${path}${path.includes('?') ? '&' : '?'}${page}`;
}

function keptList<T>(path: string, keyOf: (item: T) => string): CursorList<T> {
  const list = (kept.get(path) as CursorList<T> | undefined) ?? new CursorList<T>(path, keyOf);
  kept.delete(path);
  kept.set(path, list as unknown as CursorList<never>);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_LISTS) break;
    kept.delete(oldest);
  }
  return list;
}

export function useList<T extends object>(path: string, topic: string, keyOf: (item: T) => string): CursorList<T> {
  const list = useMemo(() => keptList(path, keyOf), [path]);

  useEffect(() => {
    const refresher = new Refresher(() => list.refresh());
    const unsubscribe = live.subscribe(topic, (event) => {
      list.patch(event);
      refresher.soon();
    });
    refresher.now();
    return () => {
      unsubscribe();
      refresher.end();
    };
  }, [list, topic]);

  return list;
}
