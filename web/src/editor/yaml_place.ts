// Where in a YAML text a place is: the keys above it, read from the indentation, so that it works while
// the text is half written. Flow style and tabs are not followed. Pure.

export interface YamlPlace {
  /** Keys from the document's root; '[]' is an item of a list. */
  path: string[];
  /** Set where the place is in the value of this key; else a key is (or could be) here. */
  key: string | null;
  /** The column (from 0) of the word that is being written, and that word. */
  from: number;
  word: string;
  /** Keys that stand beside this one already. */
  siblings: string[];
}

interface Mark {
  column: number;
  key: string | null;   // null: a dash
}

interface Line {
  marks: Mark[];
  value: string;
}

const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s#:'"[\]{},-][^\s#:]*|-[^\s#:]+))\s*:(?=\s|$)/;

function readLine(text: string): Line | null {
  const indent = text.length - text.trimStart().length;
  let rest = text.slice(indent);
  if (rest === '' || rest.startsWith('#')) return null;
  let column = indent;
  const marks: Mark[] = [];
  for (let dash = /^-(?:\s+|$)/.exec(rest); dash; dash = /^-(?:\s+|$)/.exec(rest)) {
    marks.push({ column, key: null });
    column += dash[0].length;
    rest = rest.slice(dash[0].length);
  }
  const key = KEY.exec(rest);
  if (!key) return { marks, value: rest };
  marks.push({ column, key: key[1] ?? key[2] ?? key[3] ?? '' });
  return { marks, value: rest.slice(key[0].length).trim() };
}

/** Takes the marks of `line`, from its end, that are parents of a place at column `limit`. */
class Climb {
  readonly path: string[] = [];

  constructor(private limit: number, private equal: boolean) {}

  /** Answers false inside of a block of plain text. */
  over(line: Line): boolean {
    for (const mark of [...line.marks].reverse()) {
      const fits = mark.column < this.limit || (this.equal && mark.key !== null && mark.column === this.limit);
      if (!fits) continue;
      if (mark.key !== null && /^[|>]/.test(line.value)) return false;
      this.path.unshift(mark.key ?? '[]');
      this.limit = mark.column;
      this.equal = mark.key === null;
    }
    return true;
  }
}

/** The keys of the map to which column `column` of line `row` belongs, that line aside. */
function siblingsOf(lines: string[], row: number, column: number): string[] {
  const found: string[] = [];
  const beginsHere = /^\s*-/.test((lines[row] ?? '').slice(0, column));
  for (const step of beginsHere ? [1] : [-1, 1]) {
    for (let at = row + step; at >= 0 && at < lines.length; at += step) {
      const text = lines[at] ?? '';
      const line = readLine(text);
      if (!line) continue;
      const beside = line.marks.find((mark) => mark.key !== null && mark.column === column)?.key;
      const inside = text.search(/\S/) >= column;
      if (beside && (inside || step < 0)) found.push(beside);
      if (!inside) break;
    }
  }
  return found;
}

/** The place of the cursor: `row` and `column` from 0. Null in comments and in blocks of plain text. */
export function findPlace(lines: string[], row: number, column: number): YamlPlace | null {
  const text = lines[row] ?? '';
  const before = text.slice(0, column);
  if (/^\s*#|\s#/.test(before)) return null;
  const line = readLine(before) ?? { marks: [], value: '' };
  const last = line.marks[line.marks.length - 1];
  const key = last?.key ?? null;
  const word = /[^\s,[\]{}'"]*$/.exec(before)?.[0] ?? '';
  const from = column - word.length;
  const at = key !== null && last ? last.column : column - (line.value === '' ? 0 : line.value.length);
  const climb = new Climb(at, false);
  const dashes = line.marks.filter((mark) => mark.key === null);
  climb.over({ marks: dashes, value: '' });
  for (let above = row - 1; above >= 0; above--) {
    const parent = readLine(lines[above] ?? '');
    if (parent && !climb.over(parent)) return null;
  }
  return { path: climb.path, key, from, word, siblings: key === null ? siblingsOf(lines, row, at) : [] };
}

/** The key under the cursor, for what hovers over it. */
export function findKeyAt(lines: string[], row: number, column: number): { path: string[]; from: number; to: number } | null {
  const line = readLine(lines[row] ?? '');
  const mark = line?.marks[line.marks.length - 1];
  if (!mark || mark.key === null || column < mark.column || column > mark.column + mark.key.length) return null;
  const place = findPlace(lines, row, mark.column);
  return place && { path: [...place.path, mark.key], from: mark.column, to: mark.column + mark.key.length };
}
