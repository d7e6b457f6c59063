// Search through the server: which lines hold a text. The tab highlights what it shows.

import { signal } from '@preact/signals';
import { getJson, isAbort, withQuery } from '../api/client';

const TYPING_PAUSE = 200;

interface Answer {
  items: { line: number }[];
  total: number;
}

export class LogSearch {
  readonly needle = signal('');
  readonly hits = signal<number[]>([]);
  readonly total = signal(0);
  readonly at = signal(-1);
  readonly busy = signal(false);
  private abort: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: string,
    private readonly query: Record<string, string | number | undefined>,
    private readonly show: (line: number) => void,
    /** The line from which the next hit counts as the first. */
    private readonly here: () => number,
  ) {}

  type(text: string): void {
    this.needle.value = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), TYPING_PAUSE);
  }

  end(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  async run(): Promise<void> {
    this.abort?.abort();
    this.hits.value = [];
    this.total.value = 0;
    this.at.value = -1;
    if (!this.needle.value) return;
    const abort = (this.abort = new AbortController());
    this.busy.value = true;
    try {
      const answer = await getJson<Answer>(withQuery(this.path, { ...this.query, search: this.needle.value }), abort.signal);
      this.place(answer);
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      if (this.abort === abort) this.busy.value = false;
    }
  }

  private place(answer: Answer): void {
    this.hits.value = answer.items.map((item) => item.line);
    this.total.value = answer.total;
    const from = this.here();
    const next = this.hits.value.findIndex((line) => line >= from);
    this.go(next < 0 ? 0 : next);
  }

  /** To the hit `by` further on, round the end. */
  step(by: number): void {
    const count = this.hits.value.length;
    if (count > 0) this.go((this.at.value + by + count) % count);
  }

  private go(at: number): void {
    const line = this.hits.value[at];
    if (line === undefined) return;
    this.at.value = at;
    this.show(line);
  }
}
