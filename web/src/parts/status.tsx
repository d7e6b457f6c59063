// A state as colour + shape + word. The shape differs for each colour, the word for each state.

import { Icon } from './icon';
import type { IconName } from './icon';

export type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'calm';

interface Look {
  tone: Tone;
  icon: IconName | null;
  word: string;
}

const LOOKS: Record<string, Look> = {
  queued: { tone: 'calm', icon: null, word: 'queued' },
  blocked: { tone: 'calm', icon: null, word: 'blocked' },
  pending: { tone: 'calm', icon: null, word: 'pending' },
  running: { tone: 'busy', icon: null, word: 'running' },
  waiting: { tone: 'wait', icon: 'pause', word: 'waiting' },
  succeeded: { tone: 'good', icon: 'check', word: 'succeeded' },
  started: { tone: 'good', icon: 'check', word: 'started' },
  failed: { tone: 'bad', icon: 'cross', word: 'failed' },
  refused: { tone: 'bad', icon: 'cross', word: 'refused' },
  timed_out: { tone: 'bad', icon: 'clock', word: 'timed out' },
  cancelled: { tone: 'calm', icon: 'slash', word: 'cancelled' },
  skipped: { tone: 'calm', icon: 'dash', word: 'skipped' },
  ignored: { tone: 'calm', icon: 'dash', word: 'ignored' },
  duplicate: { tone: 'calm', icon: 'copy', word: 'duplicate' },
  rolled_back: { tone: 'wait', icon: 'back', word: 'rolled back' },
  unknown: { tone: 'wait', icon: 'question', word: 'unknown' },
};

const CAUSES: Record<string, string> = {
  exit: 'a command ended with an error',
  signal: 'a command was ended by a signal',
  timeout: 'it took longer than it may',
  oom: 'it ran out of memory',
  disk_full: 'the disk is full',
  lost_runner: 'its runner was lost',
  infrastructure: 'the machine or a service it needs failed',
  invalid: 'the workflow cannot be read',
  undecided: 'nobody knows how the deployment ended',
};

export function lookOf(state: string): Look {
  return LOOKS[state] ?? { tone: 'calm', icon: 'question', word: state };
}

export function wordOfCause(cause: string | null | undefined): string {
  return cause ? (CAUSES[cause] ?? cause) : '';
}

/** The shape alone, with the word for screen readers. */
export function StatusMark({ state, cause, silent }: { state: string; cause?: string | null; silent?: boolean }) {
  const look = lookOf(state);
  const title = cause ? `${look.word}: ${wordOfCause(cause)}` : look.word;
  return (
    <span class={`mark tone-${look.tone} state-${state}`} title={title}>
      {look.icon && <Icon name={look.icon} />}
      {!silent && <span class="hidden">{title}</span>}
    </span>
  );
}

export function Status({ state, cause }: { state: string; cause?: string | null }) {
  const look = lookOf(state);
  return (
    <span class={`status tone-${look.tone}`} title={wordOfCause(cause) || undefined}>
      <StatusMark state={state} silent />
      {look.word}
      {cause && <span class="cause">{cause.replace('_', ' ')}</span>}
    </span>
  );
}
