// The arithmetic of a list with rows of one height, of which only the visible ones exist. Browsers end
// an element's height near 16 to 33 million pixels; above MAX_HEIGHT the scroll space is scaled, and
// `offset`, in unscaled pixels, is the truth.

export const MAX_HEIGHT = 8_000_000;

export interface Space {
  count: number;
  rowHeight: number;
  viewport: number;
}

export function fullHeight(space: Space): number {
  return space.count * space.rowHeight;
}

/** What the spacer element gets. */
export function scrollHeight(space: Space): number {
  return Math.min(fullHeight(space), MAX_HEIGHT);
}

export function isScaled(space: Space): boolean {
  return fullHeight(space) > MAX_HEIGHT;
}

export function maxOffset(space: Space): number {
  return Math.max(0, fullHeight(space) - space.viewport);
}

export function clampOffset(space: Space, offset: number): number {
  return Math.min(Math.max(0, offset), maxOffset(space));
}

function maxScroll(space: Space): number {
  return Math.max(0, scrollHeight(space) - space.viewport);
}

export function offsetOfScroll(space: Space, scrollTop: number): number {
  if (!isScaled(space)) return clampOffset(space, scrollTop);
  return clampOffset(space, (scrollTop / maxScroll(space)) * maxOffset(space));
}

export function scrollOfOffset(space: Space, offset: number): number {
  if (!isScaled(space)) return offset;
  return (offset / maxOffset(space)) * maxScroll(space);
}

/** Rows that are at least partly visible: from `first` up to and without `end`. */
export function visibleRows(space: Space, offset: number): { first: number; end: number } {
  const first = Math.max(0, Math.floor(offset / space.rowHeight));
  const end = Math.min(space.count, Math.ceil((offset + space.viewport) / space.rowHeight));
  return { first: Math.min(first, space.count), end: Math.max(first, end) };
}

/** The offset that brings `row` into view: unchanged where it is, else in the middle. */
export function offsetForRow(space: Space, row: number, offset: number): number {
  const top = row * space.rowHeight;
  const inView = top >= offset && top + space.rowHeight <= offset + space.viewport;
  if (inView) return offset;
  return clampOffset(space, top - (space.viewport - space.rowHeight) / 2);
}

// ── rows as high as their text ──────────────────────────────────────────────────────────────────
// Only drawn rows have a height. The scroll bar counts rows: at its part p (0 to 1) the place p × count of the list
// stands p × viewport below the window's top, so that both ends are exact and nothing has to be measured ahead. No row
// is lower than `rowHeight`; a list that is drawn as a whole is simply moved.

/** Where drawn rows begin, and where the last of them ends; pixels from the first. */
export interface Drawn {
  first: number;
  tops: number[];
}

const ROUNDS = 48;

/** How far `place`, in rows, is from the first drawn one; `unit` pixels for each row that is not drawn. */
export function topOf({ first, tops }: Drawn, place: number, unit: number): number {
  const last = tops.length - 1;
  const at = place - first;
  if (at <= 0 || last < 1) return at * unit;
  if (at >= last) return (tops[last] ?? 0) + (at - last) * unit;
  const top = tops[Math.floor(at)] ?? 0;
  return top + (at % 1) * ((tops[Math.floor(at) + 1] ?? top) - top);
}

/** Rows to draw at p: each is at least `rowHeight` high. */
export function looseRows(count: number, rowHeight: number, viewport: number, part: number): { first: number; end: number } {
  const seen = viewport / rowHeight;
  return { first: Math.max(0, Math.floor(part * (count - seen))), end: Math.min(count, Math.ceil(part * (count - seen) + seen)) };
}

/** The part of the scroll bar at which `row` begins `y` below the window's top. */
export function partFor(drawn: Drawn, count: number, viewport: number, unit: number, row: number, y: number): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < ROUNDS; round++) {
    const part = (low + high) / 2;
    if (part * viewport + topOf(drawn, row, unit) - topOf(drawn, part * count, unit) > y) low = part;
    else high = part;
  }
  return (low + high) / 2;
}
