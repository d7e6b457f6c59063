// Where the hits of a search are in the whole log: marks beside the scroll bar, one element however many there are.

import { useLayoutEffect, useRef } from 'preact/hooks';

const PARTS = 200;

/** Parts of the whole, 0 to PARTS - 1, that hold one of `rows`; each once, in their order. */
export function partsOf(rows: number[], count: number): number[] {
  return [...new Set(rows.map((row) => Math.min(PARTS - 1, Math.floor((row / Math.max(1, count)) * PARTS))))];
}

/** A background with a mark at each part. */
export function gradientOf(parts: number[]): string {
  const stops = parts.map((part) => {
    const [from, to] = [(part / PARTS) * 100, ((part + 1) / PARTS) * 100];
    return `transparent ${from}%, var(--wait) ${from}% ${to}%, transparent ${to}%`;
  });
  return stops.length > 0 ? `linear-gradient(${stops.join(', ')})` : 'none';
}

export function Ticks({ rows, count }: { rows: number[]; count: number }) {
  const element = useRef<HTMLDivElement>(null);
  const image = gradientOf(partsOf(rows, count));
  useLayoutEffect(() => element.current?.style.setProperty('background-image', image), [image]);
  return <div class="ticks" ref={element} aria-hidden="true" />;
}
