// The lines of one step's log that this tab holds: pages of 512 lines, the last 64 used. Absolute line
// numbers from 1. Knows nothing of the screen: it is told what is wanted and says when it changed.

import { signal } from '@preact/signals';
import { PLAIN, styleAfter } from './ansi';
import type { Style } from './ansi';
import type { LogSlice } from '../api/client';

export const PAGE_LINES = 512;
const KEPT_PAGES = 64;
const RETRY_DELAY = 1_000;
const STALE_DELAY = 50;

interface Page {
  lines: string[];
  /** Style at the start of each line, as far as it was asked for. */
  styles: Style[];
  /** Bytes the log had when the page was read, where its last line was the log's last: it may have grown. */
  openAt: number | null;
}

export type FetchLines = (from: number, to: number, abort: AbortSignal) => Promise<LogSlice>;

export class LogPages {
  readonly total = signal(0);
  readonly done = signal(false);
  readonly error = signal<unknown>(undefined);
  /** Goes up with every change of a line. */
  readonly version = signal(0);

  private bytes = 0;
  private wanted: number[] = [];
  private readonly pages = new Map<number, Page>();
  private readonly running = new Map<number, AbortController>();
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetchLines: FetchLines,
    /** The lines of a page, whenever it is read. */
    private readonly onPage: (index: number, lines: string[]) => void = () => undefined,
  ) {}

  end(): void {
    clearTimeout(this.retry);
    this.running.forEach((abort) => abort.abort());
    this.running.clear();
  }

  /** What the server says of the log's size; sizes only grow. */
  grow(lines: number, bytes: number, done: boolean): void {
    if (bytes < this.bytes || lines < this.total.value) return;
    this.bytes = bytes;
    this.total.value = lines;
    this.done.value ||= done;
    this.pump();
  }

  line(number: number): string | undefined {
    return this.pages.get(pageOf(number))?.lines[(number - 1) % PAGE_LINES];
  }

  /** Colours go on from line to line within a page. */
  styleAt(number: number): Style {
    const page = this.pages.get(pageOf(number));
    if (!page) return PLAIN;
    const at = (number - 1) % PAGE_LINES;
    while (page.styles.length <= at) {
      const before = page.styles.length - 1;
      page.styles.push(before < 0 ? PLAIN : styleAfter(page.lines[before] ?? '', page.styles[before] ?? PLAIN));
    }
    return page.styles[at] ?? PLAIN;
  }

  /** These lines are on the screen: fetch what is missing, give up what is not wanted. */
  want(lines: number[]): void {
    this.wanted = [...new Set(lines.map((line) => pageOf(Math.max(1, line))))];
    for (const [index, abort] of this.running) {
      if (!this.wanted.includes(index)) {
        abort.abort();
        this.running.delete(index);
      }
    }
    this.pump();
  }

  private pump(): void {
    for (const index of this.wanted) {
      const from = this.firstMissing(index);
      if (from !== null && !this.running.has(index)) void this.load(index, from);
    }
  }

  /** The first line of a page that has to be read, or null. An unknown log is asked for once. */
  private firstMissing(index: number): number | null {
    const start = index * PAGE_LINES + 1;
    const expected = Math.min(PAGE_LINES, this.total.value - index * PAGE_LINES);
    const page = this.pages.get(index);
    if (!page) return expected > 0 || (index === 0 && !this.done.value && this.total.value === 0) ? start : null;
    if (page.openAt !== null && page.openAt < this.bytes) return start + Math.max(0, page.lines.length - 1);
    return page.lines.length < expected ? start + page.lines.length : null;
  }

  private async load(index: number, from: number): Promise<void> {
    const abort = new AbortController();
    this.running.set(index, abort);
    try {
      const slice = await this.fetchLines(from, (index + 1) * PAGE_LINES, abort.signal);
      if (abort.signal.aborted) return;
      this.place(index, from, slice);
      this.running.delete(index);
      this.error.value = undefined;
      if (slice.bytes < this.bytes) this.pumpIn(STALE_DELAY); // the log grew while this was on its way
      this.grow(slice.lines, slice.bytes, slice.done);
    } catch (failure) {
      if (abort.signal.aborted) return;
      this.running.delete(index);
      this.error.value = failure;
      this.pumpIn(RETRY_DELAY);
    }
  }

  private pumpIn(delay: number): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.pump(), delay);
  }

  private place(index: number, from: number, slice: LogSlice): void {
    const keep = from - 1 - index * PAGE_LINES;
    const old = this.pages.get(index);
    const fresh = toLines(slice.text);
    if (fresh.length === 0 && slice.lines >= from) throw new Error('The log is shorter than the server said.');
    const lines = [...(old?.lines.slice(0, keep) ?? []), ...fresh].slice(0, PAGE_LINES);
    const last = index * PAGE_LINES + lines.length;
    const openAt = !slice.done && last >= slice.lines ? slice.bytes : null;
    this.pages.delete(index);
    this.pages.set(index, { lines, styles: old?.styles.slice(0, keep) ?? [], openAt });
    this.evict();
    this.onPage(index, lines);
    this.version.value++;
  }

  private evict(): void {
    for (const index of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) return;
      if (!this.wanted.includes(index)) this.pages.delete(index);
    }
  }
}

export function pageOf(line: number): number {
  return Math.floor((line - 1) / PAGE_LINES);
}

/** `a\nb` and `a\nb\n` are both two lines. */
export function toLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
