// What changed between two texts, line by line (Myers, "An O(ND) difference algorithm", 1986), and
// the merge of two texts that began as one. Pure.

export interface Hunk {
  /** Lines [aFrom, aTo) of the old text became [bFrom, bTo) of the new one. */
  aFrom: number;
  aTo: number;
  bFrom: number;
  bTo: number;
}

// Texts that differ in more lines than this are one hunk: nobody reads such a difference.
const MOST_EDITS = 800;

export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}

/** The furthest points of each round; null where there are too many edits. */
function search(a: string[], b: string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  let ends = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d++) {
    trace.push(ends);
    const next = new Map(ends);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
      let x = down ? (ends.get(k + 1) ?? 0) : (ends.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return [...trace, next];
    }
    ends = next;
  }
  return null;
}

/** Walks back from the end; answers single edits, the last first. */
function walkBack(a: string[], b: string[], trace: Map<number, number>[]): Hunk[] {
  const edits: Hunk[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 2; d > 0; d--) {
    const ends = trace[d] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const beforeX = ends.get(down ? k + 1 : k - 1) ?? 0;
    const beforeY = beforeX - (down ? k + 1 : k - 1);
    edits.push(down
      ? { aFrom: beforeX, aTo: beforeX, bFrom: beforeY, bTo: beforeY + 1 }
      : { aFrom: beforeX, aTo: beforeX + 1, bFrom: beforeY, bTo: beforeY });
    x = beforeX;
    y = beforeY;
  }
  return edits;
}

export function diffLines(a: string[], b: string[]): Hunk[] {
  const trace = search(a, b);
  if (!trace) return [{ aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length }];
  const hunks: Hunk[] = [];
  for (const edit of walkBack(a, b, trace).reverse()) {
    const last = hunks[hunks.length - 1];
    if (last && last.aTo === edit.aFrom && last.bTo === edit.bFrom) {
      last.aTo = edit.aTo;
      last.bTo = edit.bTo;
    } else {
      hunks.push({ ...edit });
    }
  }
  return hunks;
}

export type Side = 'mine' | 'theirs' | 'both';

/** A part of the merge: what stood there, what each side made of it. */
export interface MergePart {
  kind: 'same' | 'mine' | 'theirs' | 'conflict';
  base: string[];
  mine: string[];
  theirs: string[];
}

interface Cluster {
  from: number;
  to: number;
  mine: Hunk[];
  theirs: Hunk[];
}

/** Hunks of the two sides that touch the same lines of the base belong together. */
function cluster(mine: Hunk[], theirs: Hunk[]): Cluster[] {
  const all = [...mine.map((hunk) => ({ hunk, side: 'mine' as const })), ...theirs.map((hunk) => ({ hunk, side: 'theirs' as const }))];
  all.sort((one, other) => one.hunk.aFrom - other.hunk.aFrom || one.hunk.aTo - other.hunk.aTo);
  const clusters: Cluster[] = [];
  for (const { hunk, side } of all) {
    let last = clusters[clusters.length - 1];
    if (!last || hunk.aFrom > last.to) clusters.push((last = { from: hunk.aFrom, to: hunk.aTo, mine: [], theirs: [] }));
    last.to = Math.max(last.to, hunk.aTo);
    last[side].push(hunk);
  }
  return clusters;
}

/** The lines that one side has in place of the base's [from, to). */
function linesOf(base: string[], side: string[], hunks: Hunk[], from: number, to: number): string[] {
  const lines: string[] = [];
  let at = from;
  for (const hunk of hunks) {
    lines.push(...base.slice(at, hunk.aFrom), ...side.slice(hunk.bFrom, hunk.bTo));
    at = hunk.aTo;
  }
  return [...lines, ...base.slice(at, to)];
}

function kindOf(part: MergePart, group: Cluster): MergePart['kind'] {
  if (group.mine.length === 0) return 'theirs';
  if (group.theirs.length === 0 || part.mine.join('\n') === part.theirs.join('\n')) return 'mine';
  return 'conflict';
}

export function mergeLines(base: string[], mine: string[], theirs: string[]): MergePart[] {
  const parts: MergePart[] = [];
  let at = 0;
  const same = (to: number) => {
    const lines = base.slice(at, to);
    if (lines.length > 0) parts.push({ kind: 'same', base: lines, mine: lines, theirs: lines });
  };
  for (const group of cluster(diffLines(base, mine), diffLines(base, theirs))) {
    same(group.from);
    const part: MergePart = {
      kind: 'conflict',
      base: base.slice(group.from, group.to),
      mine: linesOf(base, mine, group.mine, group.from, group.to),
      theirs: linesOf(base, theirs, group.theirs, group.from, group.to),
    };
    parts.push({ ...part, kind: kindOf(part, group) });
    at = group.to;
  }
  same(base.length);
  return parts;
}

/** The merged text; `choices` says whose lines stand where both sides changed the same ones. */
export function joinParts(parts: MergePart[], choices: Map<MergePart, Side>): string {
  const lines = parts.flatMap((part) => {
    if (part.kind !== 'conflict') return part.kind === 'theirs' ? part.theirs : part.mine;
    const side = choices.get(part) ?? 'mine';
    return side === 'both' ? [...part.theirs, ...part.mine] : part[side];
  });
  return lines.map((line) => `${line}\n`).join('');
}
