// The text being edited: linted as it is typed, saved on top of the version it began from.

import { computed, signal } from '@preact/signals';
import { ApiError, getJson, isAbort, send } from '../api/client';
import { path } from '../app/router';
import type { Pipeline, Problem } from '../api/types';
import { attempt, say } from '../parts/notice';

const LINT_PAUSE = 250;

export interface Spot {
  line?: number | null;
  column?: number | null;
}

export class Draft {
  readonly text = signal('');
  readonly note = signal('');
  readonly base = signal(0);
  readonly problems = signal<Problem[]>([]);
  readonly linting = signal(false);
  readonly saving = signal(false);
  /** What somebody else saved while this was written. */
  readonly theirs = signal<Pipeline | null>(null);
  /** Where the editor shall go. */
  readonly cursor = signal<Spot | null>(null);
  readonly dirty = computed(() => this.text.value !== this.saved.value);

  private readonly saved = signal('');
  private readonly name: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;

  constructor(pipeline: Pipeline) {
    this.name = pipeline.name;
    this.begin(pipeline);
  }

  end(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  private begin(pipeline: Pipeline): void {
    this.saved.value = pipeline.text ?? '';
    this.base.value = pipeline.version;
    this.theirs.value = null;
    this.change(this.saved.value);
  }

  /** A newer version at the server is taken over while nothing was changed here. */
  serverHas(pipeline: Pipeline): void {
    if (pipeline.version > this.base.value && !this.dirty.value) this.begin(pipeline);
  }

  change(text: string): void {
    this.text.value = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.lint(), LINT_PAUSE);
  }

  private async lint(): Promise<void> {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.linting.value = true;
    try {
      const body = { text: this.text.value, name: this.name };
      const answer = await send<{ problems: Problem[] }>('POST', '/pipelines/lint', body, abort.signal);
      this.problems.value = answer?.problems ?? [];
      this.linting.value = false;
    } catch (error) {
      if (isAbort(error)) return;
      this.linting.value = false;
      this.problems.value = [{ message: `The lint could not be asked: ${String(error)}`, severity: 'warning' }];
    }
  }

  /** Answers whether a new version was made. */
  async save(): Promise<boolean> {
    if (!this.dirty.value || this.saving.value) return false;
    const text = this.text.value;
    this.saving.value = true;
    try {
      const answer = await send<{ version: number }>('PUT', path`/pipelines/${this.name}`, { text, base_version: this.base.value, note: this.note.value });
      this.saved.value = text;
      this.base.value = answer?.version ?? this.base.value + 1;
      this.note.value = '';
      say(`Saved as version ${this.base.value}.`);
      return true;
    } catch (error) {
      await this.refused(error);
      return false;
    } finally {
      this.saving.value = false;
    }
  }

  private async refused(error: unknown): Promise<void> {
    if (error instanceof ApiError && error.problems.length > 0) this.problems.value = error.problems;
    if (!(error instanceof ApiError) || error.status !== 409) {
      say(error instanceof Error ? error.message : String(error), true);
      return;
    }
    await attempt(async () => {
      this.theirs.value = await getJson<Pipeline>(path`/pipelines/${this.name}`);
    }, '');
  }

  keepMine(): void {
    const theirs = this.theirs.value;
    if (!theirs) return;
    this.base.value = theirs.version;
    this.saved.value = theirs.text ?? '';
    this.theirs.value = null;
    void this.save();
  }

  takeTheirs(): void {
    if (this.theirs.value) this.begin(this.theirs.value);
  }
}
