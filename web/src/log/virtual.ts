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
