// A scrolling list of which only the visible rows exist; log/virtual.ts holds the arithmetic.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { clampOffset, isScaled, maxOffset, offsetForRow, offsetOfScroll, scrollHeight, scrollOfOffset, visibleRows } from '../log/virtual';
import type { Space } from '../log/virtual';

const OVERSCAN = 3;

export class VirtualScroll {
  readonly offset = signal(0);
  readonly viewport = signal(0);
  private element: HTMLElement | null = null;
  private count = 0;
  private unsettled = false;

  constructor(readonly rowHeight: number) {}

  get space(): Space {
    return { count: this.count, rowHeight: this.rowHeight, viewport: this.viewport.value };
  }

  get atEnd(): boolean {
    return this.offset.peek() >= maxOffset(this.space) - this.rowHeight / 2;
  }

  setCount(count: number): void {
    if (count === this.count) return;
    this.count = count;
    const clamped = clampOffset(this.space, this.offset.peek());
    if (clamped !== this.offset.peek()) this.offset.value = clamped;
    this.unsettled ||= isScaled(this.space);
  }

  /** The browser hears of it when the rows are drawn, once however often it moved; where nothing is drawn, at once. */
  moveTo(offset: number): void {
    const before = this.offset.peek();
    this.offset.value = clampOffset(this.space, offset);
    this.unsettled = true;
    if (this.offset.peek() === before) this.settle();
  }

  moveToEnd(): void {
    this.moveTo(maxOffset(this.space));
  }

  showRow(row: number): void {
    this.moveTo(offsetForRow(this.space, row, this.offset.peek()));
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
    this.offset.value = offsetOfScroll(this.space, scrollTop);
  }

  /** In a scaled space a pixel of the wheel must still be a pixel of the list. */
  private onWheel(event: WheelEvent): void {
    if (!isScaled(this.space) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.viewport.value : 1;
    this.moveTo(this.offset.peek() + event.deltaY * unit);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = this.viewport.value - this.rowHeight;
    const steps: Record<string, number> = {
      ArrowDown: this.rowHeight, ArrowUp: -this.rowHeight, PageDown: page, PageUp: -page, ' ': page,
      Home: -Infinity, End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.moveTo(this.offset.peek() + step);
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
  scroll.setCount(count);
  const offset = scroll.offset.value;
  const space = scroll.space;
  const visible = visibleRows(space, offset);
  const first = Math.max(0, visible.first - OVERSCAN);
  const end = Math.min(count, visible.end + OVERSCAN);

  useLayoutEffect(() => scroll.attach(element.current as HTMLDivElement), [scroll]);
  useLayoutEffect(() => scroll.settle());
  useLayoutEffect(() => onRange?.(first, end), [first, end, count, onRange]);

  const height = scrollHeight(space);
  return (
    <div class={`scroller ${extra}`} ref={element} tabIndex={0} role="region" aria-label={label}>
      <div class="spacer" style={{ height: `${height}px` }}>
        <div class="window" style={{ height: `${Math.min(space.viewport, height)}px` }}>
          <div role="list" class="rows" style={{ transform: `translateY(${first * scroll.rowHeight - offset}px)` }}>
            {Array.from({ length: Math.max(0, end - first) }, (_, at) => row(first + at))}
          </div>
        </div>
      </div>
    </div>
  );
}
