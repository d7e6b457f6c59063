// What is laid over a line's tokens: search hits and masked text.

import type { Style, Token } from './ansi';
import { plainText } from './ansi';

export interface Piece {
  text: string;
  style: Style;
  hit: boolean;
  masked: boolean;
}

const MASK = '***';

function rangesOf(text: string, needle: string): [number, number][] {
  const ranges: [number, number][] = [];
  if (!needle) return ranges;
  const lower = text.toLowerCase();
  const wanted = needle.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
    ranges.push([at, at + wanted.length]);
  }
  return ranges;
}

function covers(ranges: [number, number][], at: number): boolean {
  return ranges.some(([from, to]) => at >= from && at < to);
}

/** Cuts tokens where a mark begins or ends. */
export function markTokens(tokens: Token[], needle: string): Piece[] {
  const text = plainText(tokens);
  const hits = rangesOf(text, needle);
  const masks = rangesOf(text, MASK);
  if (hits.length === 0 && masks.length === 0) {
    return tokens.map((token) => ({ ...token, hit: false, masked: false }));
  }
  const cuts = [...new Set([...hits, ...masks].flat())].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let start = 0;
  for (const token of tokens) {
    const end = start + token.text.length;
    const inside = cuts.filter((cut) => cut > start && cut < end);
    for (const [at, from] of [start, ...inside].entries()) {
      const to = inside[at] ?? end;
      pieces.push({ text: text.slice(from, to), style: token.style, hit: covers(hits, from), masked: covers(masks, from) });
    }
    start = end;
  }
  return pieces;
}
