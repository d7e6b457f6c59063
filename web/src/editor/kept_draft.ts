// A text that was not saved yet, kept in this browser until it is.

export interface Kept {
  text: string;
  /** The version it began from. */
  base: number;
  /** When it was kept, in ms. */
  at: number;
}

const keyOf = (pipeline: string) => `triphammer.draft.${pipeline}`;

/** Answers whether the browser took it: storage may be full or forbidden. */
export function keepDraft(pipeline: string, kept: Kept): boolean {
  try {
    localStorage.setItem(keyOf(pipeline), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function findDraft(pipeline: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(pipeline)) ?? 'null') as Partial<Kept> | null;
    const whole = typeof kept?.text === 'string' && typeof kept.base === 'number' && typeof kept.at === 'number';
    return whole ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

export function dropDraft(pipeline: string): void {
  try {
    localStorage.removeItem(keyOf(pipeline));
  } catch {
    // see keepDraft
  }
}
