// A list that is paged by cursor and grows as one scrolls. Kept by address, so that Back is instant.

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { getJson, isAbort, withQuery } from './client';
import { live } from './live';
import { Refresher } from './resource';
import type { List, LiveEvent } from './types';

const PAGE = 50;
const KEPT_LISTS = 6;
const kept = new Map<string, CursorList<never>>();

export class CursorList<T> {
  readonly items = signal<T[]>([]);
  readonly loaded = signal(false);
  readonly error = signal<unknown>(undefined);
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
    const fresh = new Set(page.items.map(this.keyOf));
    const overlaps = this.items.value.some((item) => fresh.has(this.keyOf(item)));
    if (!overlaps || page.next === null) {
      this.items.value = page.items;
      this.next = page.next;
    } else {
      const rest = this.items.value.filter((item) => !fresh.has(this.keyOf(item)));
      const added = page.items.length + rest.length - this.items.value.length;
      this.items.value = [...page.items, ...rest];
      if (this.offset > 0 && added > 0) {
        this.unseen.value += added;
        this.onAdded?.(added);
      }
    }
    this.loaded.value = true;
  }

  /** A change of one row, wherever in the list it stands. */
  patch(event: LiveEvent): void {
    const changed = this.items.value.some((item) => this.keyOf(item) === event.id);
    if (!changed || !event.to) return;
    this.items.value = this.items.value.map((item) =>
      this.keyOf(item) === event.id ? { ...item, state: event.to } : item);
  }

  async loadMore(): Promise<void> {
    if (this.busy || this.next === null) return;
    this.busy = true;
    try {
      const page = await this.fetchPage(this.next);
      const known = new Set(this.items.value.map(this.keyOf));
      this.items.value = [...this.items.value, ...page.items.filter((item) => !known.has(this.keyOf(item)))];
      this.next = page.next;
      this.error.value = undefined;
    } catch (failure) {
      this.error.value = failure;
    } finally {
      this.busy = false;
    }
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
