// Where the jobs of a graph stand: a column for each step from the start, rows so that few lines cross.
// Pure.

export interface GraphJob {
  key: string;
  name: string;
  state: string;
  needs: string[];
}

/** A job, or the legs of one that a matrix made. */
export interface GraphNode<T extends GraphJob> {
  key: string;
  name: string;
  jobs: T[];
  column: number;
  row: number;
  needs: string[];
}

export interface Graph<T extends GraphJob> {
  /** By column, each from top to bottom. */
  columns: GraphNode<T>[][];
  edges: { from: string; to: string }[];
}

/** As many legs are drawn each by itself. */
const UNFOLDED = 3;
const SWEEPS = 2;

/** 'test (3.12, linux)' is a leg of 'test'. */
export function baseOf(key: string): string {
  return key.replace(/ \(.*\)$/, '');
}

function fold<T extends GraphJob>(jobs: T[]): GraphNode<T>[] {
  const legs = new Map<string, T[]>();
  for (const job of jobs) legs.set(baseOf(job.key), [...(legs.get(baseOf(job.key)) ?? []), job]);
  const node = (key: string, name: string, members: T[]): GraphNode<T> => ({ key, name, jobs: members, column: 0, row: 0, needs: [] });
  return [...legs].flatMap(([base, members]) => members.length > UNFOLDED
    ? [node(base, baseOf(members[0]?.name ?? base), members)]
    : members.map((job) => node(job.key, job.name, [job])));
}

/** A need names a job, or all that a matrix or a call made of it. */
function answers(need: string, key: string): boolean {
  return key === need || key.startsWith(`${need} (`) || key.startsWith(`${need} / `);
}

function connect<T extends GraphJob>(nodes: GraphNode<T>[]): void {
  for (const node of nodes) {
    const wanted = new Set(node.jobs.flatMap((job) => job.needs));
    node.needs = nodes.filter((other) => other !== node && [...wanted].some((need) => answers(need, other.key))).map((other) => other.key);
  }
}

function place<T extends GraphJob>(nodes: GraphNode<T>[], byKey: Map<string, GraphNode<T>>): void {
  // As many rounds as nodes end any chain; a circle, which no plan has, ends too.
  for (let round = 0, moved = true; moved && round < nodes.length; round++) {
    moved = false;
    for (const node of nodes) {
      const column = Math.max(0, ...node.needs.map((need) => (byKey.get(need)?.column ?? 0) + 1));
      moved ||= column !== node.column;
      node.column = column;
    }
  }
}

function order<T extends GraphJob>(columns: GraphNode<T>[][], neighbours: (node: GraphNode<T>) => GraphNode<T>[]): void {
  for (const column of columns) {
    const middle = new Map(column.map((node) => {
      const near = neighbours(node);
      return [node, near.length ? near.reduce((sum, each) => sum + each.row, 0) / near.length : node.row];
    }));
    column.sort((one, other) => (middle.get(one) ?? 0) - (middle.get(other) ?? 0));
    column.forEach((node, row) => (node.row = row));
  }
}

/** The columns that have nodes, without gaps. */
function stack<T extends GraphJob>(nodes: GraphNode<T>[]): GraphNode<T>[][] {
  const numbers = [...new Set(nodes.map((node) => node.column))].sort((one, other) => one - other);
  const columns = numbers.map((number) => nodes.filter((node) => node.column === number));
  columns.forEach((column, at) => column.forEach((node, row) => Object.assign(node, { column: at, row })));
  return columns;
}

export function layOutGraph<T extends GraphJob>(jobs: T[]): Graph<T> {
  const nodes = fold(jobs);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  connect(nodes);
  place(nodes, byKey);
  const columns = stack(nodes);
  const needsOf = (node: GraphNode<T>) => node.needs.flatMap((key) => byKey.get(key) ?? []);
  const usersOf = (node: GraphNode<T>) => nodes.filter((other) => other.needs.includes(node.key));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    order(columns, needsOf);
    order([...columns].reverse(), usersOf);
  }
  order(columns, needsOf);
  return { columns, edges: nodes.flatMap((node) => node.needs.map((from) => ({ from, to: node.key }))) };
}

const WORST = ['failed', 'timed_out', 'running', 'waiting', 'queued', 'blocked', 'cancelled', 'succeeded', 'skipped'];

export function byLoudness<T extends GraphJob>(jobs: T[]): T[] {
  const rank = (job: T) => (WORST.includes(job.state) ? WORST.indexOf(job.state) : WORST.length);
  return [...jobs].sort((one, other) => rank(one) - rank(other));
}

/** The leg that says most: what failed, runs, waits. */
export function loudest<T extends GraphJob>(jobs: T[]): T | undefined {
  return byLoudness(jobs)[0];
}
