// When lines came, as the server wrote it down: asked for by pages, like the lines, while somebody wants to see it.

import { signal } from '@preact/signals';
import { isAbort } from '../api/client';
import { readStored, store } from '../app/keys';
import { countBelow } from './errors';
import { pageOf, PAGE_LINES } from './pages';

export type TimeMode = 'none' | 'clock' | 'since';

interface Page {
  lines: number[];
  times: number[];
  /** Lines that the log had: a page that was not full is asked for again. */
  known: number;
}

export interface Moments {
  items: { line: number; at: string }[];
  lines: number;
}

const MODES: TimeMode[] = ['none', 'clock', 'since'];
const STORED = 'triphammer.log-times';
const KEPT_PAGES = 64;
// Between two questions for a page that still grows; what came meanwhile is one question more.
const PAUSE = 250;

const stored = MODES.indexOf(readStored(STORED) as TimeMode);
/** One choice for all logs. */
export const timeMode = signal<TimeMode>(MODES[Math.max(0, stored)] ?? 'none');

export function nextTimeMode(): void {
  timeMode.value = MODES[(MODES.indexOf(timeMode.value) + 1) % MODES.length] ?? 'none';
  store(STORED, timeMode.value);
}

export class LogTimes {
  /** Goes up with every page. */
  readonly version = signal(0);
  private readonly pages = new Map<number, Page>();
  /** Pages that are on their way, or came a moment ago and may have grown: null, or the pause's timer. */
  private readonly asked = new Map<number, ReturnType<typeof setTimeout> | null>();
  private readonly abort = new AbortController();
  private wanted: number[] = [];
  private total = 0;

  constructor(private readonly fetchTimes: (from: number, to: number, abort: AbortSignal) => Promise<Moments>) {}

  end(): void {
    this.abort.abort();
    for (const timer of this.asked.values()) if (timer) clearTimeout(timer);
  }

  /** These lines are on the screen, of a log of `total`. */
  want(lines: number[], total: number): void {
    this.total = total;
    this.wanted = [...new Set(lines.map((line) => pageOf(Math.max(1, line))))];
    for (const index of this.wanted) this.ask(index);
  }

  /** Unix milliseconds, or null where nobody knows. */
  at(line: number): number | null {
    const page = this.pages.get(pageOf(line));
    return page?.times[countBelow(page.lines, line + 1) - 1] ?? null;
  }

  private ask(index: number): void {
    const last = Math.min(this.total, (index + 1) * PAGE_LINES);
    if (last > (this.pages.get(index)?.known ?? index * PAGE_LINES) && !this.asked.has(index)) void this.load(index);
  }

  private async load(index: number): Promise<void> {
    this.asked.set(index, null);
    try {
      const { items, lines } = await this.fetchTimes(index * PAGE_LINES + 1, (index + 1) * PAGE_LINES, this.abort.signal);
      const known = Math.min(lines, (index + 1) * PAGE_LINES);
      this.pages.delete(index);
      this.pages.set(index, { lines: items.map(({ line }) => line), times: items.map(({ at }) => Date.parse(at)), known });
      for (const old of this.pages.keys()) if (this.pages.size > KEPT_PAGES) this.pages.delete(old);
      if (known < (index + 1) * PAGE_LINES) this.asked.set(index, setTimeout(() => this.askAgain(index), PAUSE));
      else this.asked.delete(index);
      this.version.value++;
    } catch (error) {
      this.asked.delete(index);
      if (!isAbort(error)) this.version.value++; // asked for again with the next look; the lines stand without
    }
  }

  private askAgain(index: number): void {
    this.asked.delete(index);
    if (this.wanted.includes(index)) this.ask(index);
  }
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** '14:03:59', or '+0:12.5' after `start`; of a line whose time is not known nothing. */
export function timeText(at: number | null, mode: TimeMode, start: number | null): string {
  if (at === null || mode === 'none') return '';
  if (mode === 'clock' || start === null) return clock.format(at);
  const tenths = Math.max(0, Math.round((at - start) / 100));
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  const minutes = Math.floor(tenths / 600);
  return minutes < 60 ? `+${minutes}:${seconds}` : `+${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
}
