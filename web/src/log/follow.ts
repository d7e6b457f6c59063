// Staying at the end of a growing log: on while the reader is there, off as soon as they leave.

import { effect, signal, untracked } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { VirtualScroll } from '../parts/virtual_rows';

export class Follow {
  readonly on: Signal<boolean>;
  readonly unseen = signal(0);
  private seen: number | null = null;
  private expected = 0;

  constructor(
    private readonly scroll: VirtualScroll,
    private readonly total: ReadonlySignal<number>,
    begin: boolean,
  ) {
    this.on = signal(begin);
  }

  start(): () => void {
    const stopGrowth = effect(() => {
      const total = this.total.value;
      void this.scroll.viewport.value;
      untracked(() => this.grew(total));
    });
    const stopHolding = effect(() => {
      this.scroll.held = this.on.value;
    });
    const stopScroll = this.scroll.offset.subscribe((offset) => untracked(() => this.moved(offset)));
    return () => {
      stopGrowth();
      stopHolding();
      stopScroll();
    };
  }

  private grew(total: number): void {
    this.expected = 0; // what is folded away moves the end up: that is no reader who leaves
    this.scroll.setCount(total);
    if (!this.on.value) {
      if (total > 0) this.seen ??= total; // what was there when the reader came
      this.unseen.value = Math.max(0, total - (this.seen ?? 0));
      return;
    }
    this.seen = total;
    this.unseen.value = 0;
    this.scroll.moveToEnd();
    this.expected = this.scroll.offset.peek();
  }

  private moved(offset: number): void {
    if (this.on.value && offset < this.expected - this.scroll.rowHeight && !this.scroll.atEnd) this.stop();
    else if (!this.on.value && this.total.peek() > 0 && offset > 0 && this.scroll.atEnd) this.resume();
  }

  /** So many rows more, or fewer, are the reader's doing, not the log's. */
  unfolded(rows: number): void {
    if (this.seen !== null) this.seen += rows;
  }

  stop(): void {
    if (!this.on.value) return;
    this.seen = this.total.peek();
    this.expected = 0;
    this.on.value = false;
  }

  resume(): void {
    this.on.value = true;
    this.grew(this.total.peek());
  }

  toggle(): void {
    if (this.on.value) this.stop();
    else this.resume();
  }
}
