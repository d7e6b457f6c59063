// A long list as rows that are links: paged, virtual, walked with j and k, stable while new rows come.

import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo } from 'preact/hooks';
import type { CursorList } from '../api/list';
import { useKeys } from '../app/keys';
import { Icon } from './icon';
import { Failure, Loading } from './notice';
import { VirtualRows, VirtualScroll } from './virtual_rows';

// Rows before the end at which the next page is asked for.
const AHEAD = 15;

interface Props<T> {
  list: CursorList<T>;
  label: string;
  rowHeight: number;
  keyOf: (item: T) => string;
  href: (item: T) => string;
  row: (item: T) => ComponentChildren;
  /** Stands before the link of a row. */
  lead?: (item: T) => ComponentChildren;
  empty: ComponentChildren;
}

function focusRow(scroll: VirtualScroll, index: number): void {
  scroll.showRow(index);
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus({ preventScroll: true }));
}

function focusedRow(): number {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]');
  return row ? Number(row.dataset.row) : -1;
}

function useRowKeys<T>(scroll: VirtualScroll, list: CursorList<T>): void {
  const step = (by: number) => {
    const last = list.items.peek().length - 1;
    if (last >= 0) focusRow(scroll, Math.min(Math.max(0, focusedRow() + by), last));
  };
  useKeys([
    { keys: 'j', says: 'next row', run: () => step(1) },
    { keys: 'k', says: 'previous row', run: () => step(-1) },
  ], [scroll, list]);
}

/** Keeps the reader's place when rows come in above, and remembers it for Back. */
function usePlace<T>(scroll: VirtualScroll, list: CursorList<T>): void {
  useEffect(() => {
    scroll.setCount(list.items.peek().length);
    scroll.moveTo(list.offset);
    const stop = scroll.offset.subscribe((offset) => {
      list.offset = offset;
      if (offset === 0) list.unseen.value = 0;
    });
    list.onAdded = (added) => {
      scroll.setCount(list.items.peek().length);
      scroll.moveTo(scroll.offset.peek() + added * scroll.rowHeight);
    };
    return () => {
      stop();
      list.onAdded = null;
    };
  }, [scroll, list]);
}

/** The newest rows hold nothing that fits; older ones may. */
function Searching<T>({ list }: { list: CursorList<T> }) {
  useEffect(() => void list.loadMore(), [list]);
  if (!list.exhausted.value) return <Loading />;
  return <div class="row-list"><p class="quiet-text no-lines">Nothing fits among the newest.</p><LookFurther list={list} /></div>;
}

function LookFurther<T>({ list }: { list: CursorList<T> }) {
  return <button type="button" class="pill bottom" onClick={() => void list.loadMore()}><Icon name="down" />Look further back</button>;
}

export function RowList<T>({ list, label, rowHeight, keyOf, href, row, lead, empty }: Props<T>) {
  const scroll = useMemo(() => new VirtualScroll(rowHeight), [list, rowHeight]);
  const items = list.items.value;
  useRowKeys(scroll, list);
  usePlace(scroll, list);
  const onRange = useCallback((_: number, end: number) => {
    if (end > list.items.peek().length - AHEAD) void list.loadMore();
  }, [list]);

  if (!list.loaded.value) return list.error.value ? <Failure error={list.error.value} retry={() => void list.refresh()} /> : <Loading />;
  if (items.length === 0 && list.hasMore) return <Searching list={list} />;
  if (items.length === 0) return <>{empty}</>;
  const size = list.hasMore ? -1 : items.length;
  const draw = (index: number) => {
    const item = items[index] as T;
    return (
      <div role="listitem" key={keyOf(item)} aria-setsize={size} aria-posinset={index + 1} class="row-item">
        {lead?.(item)}
        <a class="row" href={href(item)} data-row={index}>{row(item)}</a>
      </div>
    );
  };
  return (
    <div class="row-list">
      {list.error.value !== undefined && <Failure error={list.error.value} retry={() => void list.refresh()} />}
      {list.unseen.value > 0 && (
        <button type="button" class="pill" onClick={() => scroll.moveTo(0)}><Icon name="up" />{list.unseen.value} new</button>
      )}
      {list.exhausted.value && <LookFurther list={list} />}
      <VirtualRows scroll={scroll} count={items.length} label={label} row={draw} onRange={onRange} />
    </div>
  );
}
