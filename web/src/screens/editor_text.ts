// Places in a text. Pure.

/** The offset at which `line` (from 1) begins, and the line it is: the last one where there are fewer. */
export function lineStart(text: string, line: number): { at: number; line: number } {
  let at = 0;
  let now = 1;
  while (now < line) {
    const next = text.indexOf('\n', at);
    if (next < 0) break;
    at = next + 1;
    now++;
  }
  return { at, line: now };
}

/** The offset of a column (from 1) in a line, at most the line's end. */
export function offsetOf(text: string, line: number, column: number): number {
  const { at } = lineStart(text, line);
  const end = text.indexOf('\n', at);
  return Math.min(at + column - 1, end < 0 ? text.length : end);
}
