// Only the lines that speak of an error, found by the server's search; a long list of them is cut there.

import { signal } from '@preact/signals';
import { getJson, isAbort, withQuery } from '../api/client';

/** What lines that speak of one most often have in them. `error` is in every ##[error] and most exceptions, too. */
const WORDS = ['error', 'fail', 'fatal', 'exception', 'panic', 'traceback'];
// A log that grows is looked through again, but not with each of its lines.
const REST = 1_000;

export class ErrorLines {
  readonly on = signal(false);
  /** Null: not known yet. */
  readonly lines = signal<number[] | null>(null);
  readonly isCut = signal(false);
  /** Of the look that is on its way. */
  private abort: AbortController | undefined;
  /** It grew since that look began. */
  private isOld = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly path: string, private readonly query: Record<string, string | number | undefined>) {}

  toggle(): void {
    this.end();
    this.on.value = !this.on.value;
    this.lines.value = null;
    if (this.on.value) void this.look();
  }

  /** There is more of the log. One look at a time, however long the server takes: ended ones would cost it as much and tell nothing. */
  grew(): void {
    if (!this.on.peek()) return;
    if (this.abort) this.isOld = true;
    else this.timer ??= setTimeout(() => void this.look(), REST);
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.abort?.abort();
    this.abort = undefined;
    this.isOld = false;
  }

  private async look(): Promise<void> {
    this.end();
    const abort = (this.abort = new AbortController());
    try {
      const answers = await Promise.all(WORDS.map((search) =>
        getJson<{ items: { line: number }[]; total: number }>(withQuery(this.path, { ...this.query, search }), abort.signal)));
      this.isCut.value = answers.some(({ items, total }) => total > items.length);
      this.lines.value = [...new Set(answers.flatMap(({ items }) => items.map(({ line }) => line)))].sort((one, other) => one - other);
    } catch (error) {
      if (!isAbort(error)) this.on.value = false; // all lines are better than none; the pane says what is wrong
    } finally {
      if (this.abort === abort) {
        const { isOld } = this;
        this.end();
        if (isOld) this.grew();
      }
    }
  }
}

/** How many of `lines`, which ascend, are below `line`. */
export function countBelow(lines: number[], line: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
