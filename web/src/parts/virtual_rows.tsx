// A scrolling list of which only the visible rows exist; log/virtual.ts holds the arithmetic.

import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import {
  clampOffset, isScaled, looseRows, maxOffset, offsetForRow, offsetOfScroll, partFor, scrollHeight, scrollOfOffset, topOf, visibleRows,
} from '../log/virtual';
import type { Drawn, Space } from '../log/virtual';

const OVERSCAN = 3;
const TRIES = 4;

/** A row and where it begins, in pixels below the window's top. */
export interface Pin {
  row: number;
  y: number;
}

export class VirtualScroll {
  readonly offset = signal(0);
  readonly viewport = signal(0);
  /** Rows are as high as what is in them. */
  readonly loose = signal(false);
  /** What a row counts on the scroll bar. */
  private readonly unit: Signal<number>;
  /** Somebody follows the end: it stays in view whatever rows turn out to need. */
  held = false;
  private element: HTMLElement | null = null;
  private count = 0;
  private unsettled = false;
  private drawn: Drawn = { first: 0, tops: [] };
  private pinned: Pin & { tries: number } | null = null;
  private shift = 0;

  constructor(readonly rowHeight: number) {
    this.unit = signal(rowHeight);
  }

  get space(): Space {
    return { count: this.count, rowHeight: this.unit.value, viewport: this.viewport.value };
  }

  get atEnd(): boolean {
    return this.offset.peek() >= maxOffset(this.space) - this.rowHeight / 2;
  }

  /** All rows are drawn, however far they are scrolled. */
  private get isWhole(): boolean {
    return this.count <= Math.ceil(this.viewport.value / this.rowHeight) + 2 * OVERSCAN;
  }

  private get part(): number {
    return this.offset.value / Math.max(1, maxOffset(this.space));
  }

  /** The first row in the window. */
  get top(): Pin {
    const offset = this.offset.peek();
    if (!this.loose.peek()) return { row: Math.floor(offset / this.rowHeight), y: -(offset % this.rowHeight) };
    const { first, tops } = this.drawn;
    const at = Math.max(0, tops.findIndex((_, row) => (tops[row + 1] ?? Infinity) + this.shift > 0));
    return { row: Math.min(first + at, Math.max(0, this.count - 1)), y: (tops[at] ?? 0) + this.shift };
  }

  get range(): { first: number; end: number } {
    if (this.loose.value && this.isWhole) return { first: 0, end: this.count };
    const { first, end } = this.loose.value
      ? looseRows(this.count, this.rowHeight, this.viewport.value, this.part)
      : visibleRows(this.space, this.offset.value);
    return { first: Math.max(0, first - OVERSCAN), end: Math.min(this.count, end + OVERSCAN) };
  }

  setCount(count: number): void {
    if (count === this.count) return;
    const { top } = this;
    const stays = this.loose.peek() && this.count > 0 && !this.isWhole && !this.held;
    this.count = count;
    const clamped = clampOffset(this.space, this.offset.peek());
    if (clamped !== this.offset.peek()) this.offset.value = clamped;
    this.unsettled ||= isScaled(this.space);
    if (stays) this.pin(top);
  }

  /** The browser hears of it when the rows are drawn, once however often it moved; where nothing is drawn, at once. */
  moveTo(offset: number): void {
    const before = this.offset.peek();
    this.pinned = null;
    this.offset.value = clampOffset(this.space, offset);
    this.unsettled = true;
    if (this.offset.peek() === before) this.settle();
  }

  moveToEnd(): void {
    this.moveTo(maxOffset(this.space));
  }

  showRow(row: number): void {
    if (!this.loose.peek()) this.moveTo(offsetForRow(this.space, row, this.offset.peek()));
    else if (this.isWhole) this.pin({ row, y: this.viewport.peek() / 3 });
    else this.moveTo(((row + 0.5) / this.count) * maxOffset(this.space));
  }

  /** Brings a row to a height in the window; where rows are loose, drawing them may have to say how. */
  pin({ row, y }: Pin, tries = TRIES): void {
    const { space } = this;
    if (!this.loose.peek()) this.moveTo(row * this.rowHeight - y);
    else if (this.isWhole) this.moveTo(topOf(this.drawn, row, space.rowHeight) - y);
    else this.moveTo(partFor(this.drawn, space.count, space.viewport, space.rowHeight, row, y) * maxOffset(space));
    this.pinned = this.loose.peek() && tries > 0 ? { row, y, tries } : null;
  }

  setLoose(loose: boolean): void {
    const { top } = this;
    this.drawn = { first: top.row, tops: [] };
    this.unit.value = this.rowHeight;
    this.loose.value = loose;
    this.pin(top);
    if (this.held) this.moveToEnd();
  }

  /** After each drawing: loose rows are measured, and put where the scroll bar says. */
  place(rows: HTMLElement, first: number): void {
    if (!this.loose.peek() || !this.viewport.peek()) return;
    const lines = [...rows.children] as HTMLElement[];
    const start = lines[0]?.offsetTop ?? 0;
    const last = lines[lines.length - 1];
    this.drawn = { first, tops: [...lines.map((line) => line.offsetTop - start), last ? last.offsetTop + last.offsetHeight - start : 0] };
    this.learnUnit((this.drawn.tops[lines.length] ?? 0) / Math.max(1, lines.length));
    const { count, viewport, rowHeight: unit } = this.space;
    const { part } = this;
    this.shift = this.isWhole ? -this.offset.peek() : part * viewport - topOf(this.drawn, part * count, unit);
    rows.style.transform = `translateY(${this.shift}px)`;
    const { pinned } = this;
    if (!pinned) return;
    this.pinned = null;
    if (Math.abs(topOf(this.drawn, pinned.row, unit) + this.shift - pinned.y) > 1) this.pin(pinned, pinned.tries - 1);
  }

  /** The scroll bar's measure follows what rows need; where in the list it stands is the same. */
  private learnUnit(height: number): void {
    const unit = this.unit.peek();
    const near = height > unit / 1.5 && height < unit * 1.5;
    const next = Math.max(this.isWhole ? 1 : this.rowHeight, height);
    if (next === unit || !this.isWhole && near) return;
    const { part, isWhole } = this;
    batch(() => {
      this.unit.value = next;
      if (this.held) this.offset.value = maxOffset(this.space);
      else this.offset.value = isWhole ? clampOffset(this.space, this.offset.peek()) : part * maxOffset(this.space);
    });
    this.unsettled = true;
  }

  /** Gives the browser our position, once the spacer has its height. */
  settle(): void {
    if (!this.unsettled || !this.element) return;
    this.element.scrollTop = scrollOfOffset(this.space, this.offset.peek());
    this.unsettled = Math.abs(this.element.scrollTop - scrollOfOffset(this.space, this.offset.peek())) > 1.5;
  }

  attach(element: HTMLElement): () => void {
    this.element = element;
    const measure = () => (this.viewport.value = element.clientHeight);
    const observer = new ResizeObserver(measure);
    // A taller element is scrolled by the browser itself, and says so before its observer does.
    const onScroll = () => {
      measure();
      this.followBrowser(element.scrollTop);
    };
    const onWheel = (event: WheelEvent) => this.onWheel(event);
    const onKey = (event: KeyboardEvent) => this.onKey(event);
    measure();
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('keydown', onKey);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('keydown', onKey);
      this.element = null;
    };
  }

  private followBrowser(scrollTop: number): void {
    const ours = scrollOfOffset(this.space, this.offset.peek());
    if (this.unsettled || Math.abs(scrollTop - ours) < 1.5) return;
    this.pinned = null;
    this.offset.value = offsetOfScroll(this.space, scrollTop);
  }

  private moveBy(pixels: number): void {
    const { row, y } = this.top;
    if (this.loose.peek()) this.pin({ row, y: y - pixels });
    else this.moveTo(this.offset.peek() + pixels);
  }

  /** Where the scroll bar has a measure of its own, a pixel of the wheel must still be a pixel of the list. */
  private onWheel(event: WheelEvent): void {
    const isOwn = isScaled(this.space) || this.loose.peek() && !this.isWhole;
    if (!isOwn || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.viewport.value : 1;
    this.moveBy(event.deltaY * unit);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = this.viewport.value - this.rowHeight;
    const steps: Record<string, number> = { ArrowDown: this.rowHeight, ArrowUp: -this.rowHeight, PageDown: page, PageUp: -page, ' ': page };
    const step = steps[event.key];
    if (step !== undefined) this.moveBy(step);
    else if (event.key === 'Home') this.moveTo(0);
    else if (event.key === 'End') this.moveToEnd();
    else return;
    event.preventDefault();
  }
}

interface Props {
  scroll: VirtualScroll;
  count: number;
  label: string;
  class?: string;
  /** Called while drawing: must answer one element of the row's height, with a key. */
  row: (index: number) => ComponentChildren;
  /** The rows that exist now: [first, end). */
  onRange?: (first: number, end: number) => void;
}

export function VirtualRows({ scroll, count, label, class: extra = '', row, onRange }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  scroll.setCount(count);
  const offset = scroll.offset.value;
  const { space, range: { first, end } } = scroll;
  const loose = scroll.loose.value;

  useLayoutEffect(() => scroll.attach(element.current as HTMLDivElement), [scroll]);
  useLayoutEffect(() => {
    scroll.place(rows.current as HTMLDivElement, first);
    scroll.settle();
  });
  useLayoutEffect(() => onRange?.(first, end), [first, end, count, onRange]);

  const height = scrollHeight(space);
  const moved = loose ? undefined : { transform: `translateY(${first * scroll.rowHeight - offset}px)` };
  return (
    <div class={`scroller ${extra}${loose ? ' loose' : ''}`} ref={element} tabIndex={0} role="region" aria-label={label}>
      <div class="spacer" style={{ height: `${height}px` }}>
        <div class="window" style={{ height: `${Math.min(space.viewport, height)}px` }}>
          <div role="list" class="rows" key={String(loose)} ref={rows} style={moved}>
            {Array.from({ length: Math.max(0, end - first) }, (_, at) => row(first + at))}
          </div>
        </div>
      </div>
    </div>
  );
}
