// Groups of lines, `##[group]TITLE` to `##[endgroup]`, of which a reader sees the title until they open one. Which
// there are is learnt page by page. Lines are numbered from 1, rows on the screen from 0. Knows nothing of the screen.

const BEGIN = '##[group]';
const END = '##[endgroup]';

export interface Mark {
  line: number;
  begins: boolean;
}

interface Page {
  marks: Mark[];
  full: boolean;
}

interface Group {
  first: number;
  /** Its last line, the end's mark where it has one. */
  last: number;
  /** A mark stands at the last line. */
  ends: boolean;
}

/** Lines that have no row, and how many such lines stand before them. */
interface Gap {
  from: number;
  to: number;
  before: number;
}

export type FoldState = 'open' | 'closed';

export class Folds {
  private readonly pages = new Map<number, Page>();
  private groups = new Map<number, Group>();
  private gaps: Gap[] = [];
  /** What the reader chose, by a group's first line. */
  private readonly chosen = new Map<number, FoldState>();
  private readonly wanted = new Set<number>();

  constructor(private readonly pageLines: number) {}

  /** The lines of a page; `top` is the line that the reader sees first. Whether rows changed. */
  learn(page: number, lines: string[], top: number): boolean {
    const marks = marksIn(lines, page * this.pageLines + 1);
    const full = lines.length >= this.pageLines;
    const known = this.pages.get(page);
    if (known && known.full === full && known.marks.length === marks.length) return false;
    this.pages.set(page, { marks, full });
    return this.pairAgain(top);
  }

  private pairAgain(top: number): boolean {
    const before = this.groups;
    this.groups = this.pair();
    for (const group of this.groups.values()) {
      if (!before.has(group.first) && holds(group, top)) this.chosen.set(group.first, 'open');
    }
    return this.measure();
  }

  /** All marks of the first `lines` lines, which nobody has to load for it. Whether rows changed. */
  learnAll(marks: Mark[], lines: number, top: number): boolean {
    const byPage = new Map<number, Mark[]>();
    for (const mark of marks) {
      const page = Math.floor((mark.line - 1) / this.pageLines);
      byPage.set(page, [...(byPage.get(page) ?? []), mark]);
    }
    for (let page = 0; page * this.pageLines < lines; page++) {
      const full = (page + 1) * this.pageLines <= lines;
      const known = this.pages.get(page);
      if (!known || full && !known.full) this.pages.set(page, { marks: byPage.get(page) ?? [], full });
    }
    return this.pairAgain(top);
  }

  stateOf(line: number): FoldState | null {
    const group = this.groups.get(line);
    return group ? this.stateOfGroup(group) : null;
  }

  toggle(line: number): void {
    const state = this.stateOf(line);
    if (!state) return;
    this.chosen.set(line, state === 'open' ? 'closed' : 'open');
    this.measure();
  }

  /** Opens what hides `line`, now or when it is learnt. Whether rows changed. */
  reveal(line: number): boolean {
    this.wanted.add(line);
    for (const group of this.groups.values()) {
      if (holds(group, line)) this.chosen.set(group.first, 'open');
    }
    return this.measure();
  }

  rows(lines: number): number {
    return lines === 0 ? 0 : this.rowOf(lines) + 1;
  }

  lineOf(row: number): number {
    const gap = this.lastGap((each) => each.from - 1 - each.before <= row);
    return row + 1 + (gap ? gap.before + lengthOf(gap) : 0);
  }

  /** For a line without a row: the row before it. */
  rowOf(line: number): number {
    const gap = this.lastGap((each) => each.from <= line);
    if (!gap) return line - 1;
    return gap.to < line ? line - 1 - gap.before - lengthOf(gap) : gap.from - 2 - gap.before;
  }

  private lastGap(accepts: (gap: Gap) => boolean): Gap | undefined {
    let low = 0;
    let high = this.gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const gap = this.gaps[middle];
      if (gap && accepts(gap)) low = middle + 1;
      else high = middle;
    }
    return this.gaps[low - 1];
  }

  /** A group ends at its mark or before the next one begins, where every page between is known. */
  private pair(): Map<number, Group> {
    const groups = new Map<number, Group>();
    let open: number | null = null;
    let next = -1;
    for (const [index, page] of [...this.pages].sort(([a], [b]) => a - b)) {
      if (index !== next) open = null;
      next = page.full ? index + 1 : -1;
      for (const { line, begins } of page.marks) {
        if (open !== null) groups.set(open, { first: open, last: begins ? line - 1 : line, ends: !begins });
        open = begins ? line : null;
      }
    }
    return groups;
  }

  private stateOfGroup(group: Group): FoldState {
    const isWanted = [...this.wanted].some((line) => holds(group, line));
    return this.chosen.get(group.first) ?? (isWanted ? 'open' : 'closed');
  }

  private measure(): boolean {
    const before = JSON.stringify(this.gaps);
    this.gaps = [];
    let hidden = 0;
    for (const group of this.groups.values()) {
      const from = this.stateOfGroup(group) === 'closed' ? group.first + 1 : group.ends ? group.last : group.last + 1;
      if (from > group.last) continue;
      this.gaps.push({ from, to: group.last, before: hidden });
      hidden += group.last - from + 1;
    }
    return JSON.stringify(this.gaps) !== before;
  }
}

function marksIn(lines: string[], first: number): Mark[] {
  const marks: Mark[] = [];
  lines.forEach((text, at) => {
    const begins = text.startsWith(BEGIN);
    if (begins || text.startsWith(END)) marks.push({ line: first + at, begins });
  });
  return marks;
}

/** The title is always seen. */
function holds(group: Group, line: number): boolean {
  return group.first < line && line <= group.last;
}

function lengthOf(gap: Gap): number {
  return gap.to - gap.from + 1;
}

/** A group's title, or null for any other line. */
export function titleOf(text: string): string | null {
  return text.startsWith(BEGIN) ? text.slice(BEGIN.length) : null;
}
