// The text being edited: linted as it is typed, kept in this browser, saved on top of the version it
// began from.

import { computed, signal } from '@preact/signals';
import { ApiError, getJson, isAbort, messageOf, send } from '../api/client';
import type { Pipeline, PipelineVersion, Problem } from '../api/types';
import { path } from '../app/router';
import { attempt, say } from '../parts/notice';
import { dropDraft, findDraft, keepDraft } from './kept_draft';

const LINT_PAUSE = 250;

export interface Spot {
  line?: number | null;
  column?: number | null;
}

/** Somebody else's version, and the text that both began from. */
export interface Meeting {
  theirs: Pipeline;
  base: string;
}

export class Draft {
  readonly name: string;
  readonly text = signal('');
  /** The server's text that the changes are shown against, and its version. */
  readonly saved = signal('');
  readonly savedVersion = signal(0);
  readonly note = signal('');
  readonly base = signal(0);
  readonly problems = signal<Problem[]>([]);
  readonly linting = signal(false);
  readonly saving = signal(false);
  /** A newer version came while this was written. */
  readonly newer = signal<Pipeline | null>(null);
  readonly meeting = signal<Meeting | null>(null);
  /** Since when the text was kept that was found here, in ms; null: there was none. */
  readonly found = signal<number | null>(null);
  /** Where the editor shall go. */
  readonly cursor = signal<Spot | null>(null);
  readonly dirty = computed(() => this.text.value !== this.saved.value);
  /** Whether leaving loses something. */
  unkept = false;

  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;

  constructor(pipeline: Pipeline) {
    this.name = pipeline.name;
    const kept = findDraft(this.name);
    this.begin(pipeline);
    if (!kept || kept.text === this.text.value) return;
    this.base.value = kept.base;
    this.found.value = kept.at;
    this.change(kept.text);
    if (kept.base !== pipeline.version) this.newer.value = pipeline;
  }

  end(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  private begin(pipeline: Pipeline): void {
    this.saved.value = pipeline.text ?? '';
    this.base.value = this.savedVersion.value = pipeline.version;
    this.newer.value = null;
    this.meeting.value = null;
    this.found.value = null;
    this.change(this.saved.value);
    this.keep();
  }

  /** A newer version at the server is taken over while nothing was changed here. */
  serverHas(pipeline: Pipeline): void {
    if (pipeline.version <= this.base.value) return;
    if (this.dirty.value) this.newer.value = pipeline;
    else this.begin(pipeline);
  }

  change(text: string): void {
    if (text === this.text.value && this.timer !== undefined) return; // the editor repeats what it was told
    this.text.value = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.lint(), LINT_PAUSE);
    this.keep();
  }

  private keep(): void {
    this.unkept = this.dirty.value && !keepDraft(this.name, { text: this.text.value, base: this.base.value, at: Date.now() });
    if (!this.dirty.value) dropDraft(this.name);
  }

  /** Back to what the server has. */
  async discard(): Promise<void> {
    await attempt(async () => this.begin(await getJson<Pipeline>(path`/pipelines/${this.name}`)), 'Back to the saved text.');
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
      this.problems.value = [{ message: `The lint could not be asked: ${messageOf(error)}`, severity: 'warning' }];
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
      this.base.value = this.savedVersion.value = answer?.version ?? this.base.value + 1;
      this.note.value = '';
      this.newer.value = this.found.value = null;
      this.keep();
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
    if (error instanceof ApiError && error.status === 409) await this.meet();
    else say(messageOf(error), true);
  }

  /** Brings what the others saved, for both to be seen. */
  async meet(): Promise<void> {
    await attempt(async () => {
      const theirs = await getJson<Pipeline>(path`/pipelines/${this.name}`);
      const base = await getJson<PipelineVersion>(path`/pipelines/${this.name}/versions/${this.base.value}`);
      this.newer.value = null;
      this.meeting.value = { theirs, base: base.text ?? '' };
    }, '');
  }

  /** Goes on from their version with `text`. */
  settle(text: string): void {
    const theirs = this.meeting.value?.theirs;
    if (!theirs) return;
    this.begin(theirs);
    this.change(text);
  }
}
