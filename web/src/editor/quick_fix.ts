// What mends a problem: the server's hint names the nearest key or value, which takes the wrong one's place.

import type { Problem } from '../api/types';

export interface Fix {
  /** Offsets in the text. */
  from: number;
  to: number;
  insert: string;
}

const NEAREST = /did you mean ['"]([^'"]+)['"]\?/;
const WORD = /^[^\s:,[\]{}'"]+/;

/** None where the hint names nothing, or another word stands at the place by now. */
export function findFix(problem: Problem, text: string): Fix | null {
  const insert = NEAREST.exec(problem.hint ?? '')?.[1];
  const lines = text.split('\n');
  const line = lines[(problem.line ?? 0) - 1];
  if (!insert || line === undefined) return null;
  const at = (problem.column ?? 1) - 1 + (/^['"]/.test(line.slice((problem.column ?? 1) - 1)) ? 1 : 0);
  const word = WORD.exec(line.slice(at))?.[0];
  if (!word || word === insert || !problem.message.includes(word)) return null;
  const from = lines.slice(0, (problem.line ?? 1) - 1).reduce((sum, before) => sum + before.length + 1, at);
  return { from, to: from + word.length, insert };
}
