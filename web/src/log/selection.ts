// '#L12' and '#L12-L30': lines that a link points to.

export interface Selection {
  first: number;
  last: number;
}

export function readSelection(hash: string): Selection | null {
  const found = /^#L(\d{1,12})(?:-L?(\d{1,12}))?$/.exec(hash);
  if (!found) return null;
  const one = Number(found[1]);
  const other = Number(found[2] ?? found[1]);
  const first = Math.min(one, other);
  return first > 0 ? { first, last: Math.max(one, other) } : null;
}

export function writeSelection(selection: Selection): string {
  return selection.first === selection.last ? `#L${selection.first}` : `#L${selection.first}-L${selection.last}`;
}

/** A click on a number chooses that line; with shift it stretches the choice. */
export function clickedSelection(before: Selection | null, line: number, stretch: boolean): Selection {
  if (!stretch || !before) return { first: line, last: line };
  return { first: Math.min(before.first, line), last: Math.max(before.first, line) };
}
