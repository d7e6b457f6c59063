// Which service stands where, as a table: a row for each repository, a column for each environment. Pure.

import type { Environment } from '../api/types';

export interface MatrixRow {
  repository: string;
  /** One for each column; undefined: the repository has no such environment. */
  cells: (Environment | undefined)[];
}

export interface Matrix {
  columns: string[];
  rows: MatrixRow[];
}

// What is furthest from people first, what they meet last.
const ORDER = /^(dev|test|qa|stag|pre|canary|prod|live)/i;
const STEPS = ['dev', 'test', 'qa', 'stag', 'pre', 'canary', 'prod', 'live'];

function rankOf(name: string): number {
  const found = ORDER.exec(name)?.[1]?.toLowerCase();
  return found ? STEPS.indexOf(found) : STEPS.length / 2;
}

export function toMatrix(environments: Environment[]): Matrix {
  const columns = [...new Set(environments.map((each) => each.name))].sort((one, other) => rankOf(one) - rankOf(other) || one.localeCompare(other));
  const repositories = [...new Set(environments.map((each) => each.repository))].sort();
  const find = (repository: string, name: string) => environments.find((each) => each.repository === repository && each.name === name);
  return { columns, rows: repositories.map((repository) => ({ repository, cells: columns.map((name) => find(repository, name)) })) };
}

/** Whether the environments of a row do not all run the same: by digest, else by commit. */
export function drifts(row: MatrixRow): boolean {
  const versions = row.cells.flatMap((cell) => (cell?.current ? [cell.current.digest ?? cell.current.sha] : []));
  return new Set(versions).size > 1;
}

/** Whether the way back of what is live was found there; null: nobody looked. */
export function isWayBackReady(environment: Environment): boolean | null {
  const way = environment.ways_back?.find((each) => each.deployment === environment.current?.id);
  return way ? way.state === 'there' : null;
}
