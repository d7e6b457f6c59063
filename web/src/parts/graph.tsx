// Jobs and what they wait for: boxes that are links or buttons, lines behind them, arrow keys walk.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { byLoudness, layOutGraph, loudest } from './graph_places';
import type { Graph, GraphJob, GraphNode } from './graph_places';
import { lookOf, StatusMark } from './status';
import { Unfold } from './unfold';

const WIDTH = 196;
const HEIGHT = 48;
const GAP_X = 56;
const GAP_Y = 14;
const MOST_NODES = 400;

interface Props<T extends GraphJob> {
  jobs: T[];
  label: string;
  /** None: the boxes are there to be read only. */
  href?: (job: T) => string;
  critical?: (job: T) => boolean;
  note?: (job: T) => ComponentChildren;
}

const left = (node: { column: number }) => node.column * (WIDTH + GAP_X);
const top = (node: { row: number }) => node.row * (HEIGHT + GAP_Y);

export function JobGraph<T extends GraphJob>({ jobs, label, href, critical, note }: Props<T>) {
  const graph = useMemo(() => layOutGraph(jobs), [jobs]);
  const lit = useSignal('');
  const nodes = graph.columns.flat();
  if (nodes.length > MOST_NODES) return <p class="quiet-text">This graph has {nodes.length} boxes: too many to be read. The list of jobs has them all.</p>;
  const width = graph.columns.length * (WIDTH + GAP_X) - GAP_X;
  const height = Math.max(...graph.columns.map((column) => column.length)) * (HEIGHT + GAP_Y) - GAP_Y;
  const draw = (node: GraphNode<T>) => (
    <li key={node.key} style={{ left: `${left(node)}px`, top: `${top(node)}px` }}>
      <Box node={node} href={href} critical={node.jobs.some((job) => critical?.(job))} note={note} lit={(on) => (lit.value = on ? node.key : '')} />
    </li>
  );
  return (
    <div class="graph" role="group" aria-label={label} onKeyDown={(event) => walk(event, graph)}>
      <div class="graph-plane" style={{ width: `${width}px`, height: `${height}px` }}>
        <Lines graph={graph} width={width} height={height} lit={lit.value} />
        <ol>{nodes.map(draw)}</ol>
      </div>
    </div>
  );
}

function Lines<T extends GraphJob>({ graph, width, height, lit }: { graph: Graph<T>; width: number; height: number; lit: string }) {
  const byKey = new Map(graph.columns.flat().map((node) => [node.key, node]));
  return (
    <svg width={width} height={height} aria-hidden="true" focusable="false">
      {graph.edges.map(({ from, to }) => {
        const [one, other] = [byKey.get(from), byKey.get(to)];
        if (!one || !other) return null;
        const [x1, y1] = [left(one) + WIDTH, top(one) + HEIGHT / 2];
        const [x2, y2] = [left(other), top(other) + HEIGHT / 2];
        const bend = GAP_X / 2;
        const curve = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
        return <path key={`${from} ${to}`} class={lit === from || lit === to ? 'lit' : ''} d={curve} />;
      })}
    </svg>
  );
}

interface BoxProps<T extends GraphJob> {
  node: GraphNode<T>;
  href?: (job: T) => string;
  critical: boolean;
  note?: (job: T) => ComponentChildren;
  lit: (on: boolean) => void;
}

function Box<T extends GraphJob>({ node, href, critical, note, lit }: BoxProps<T>) {
  const job = loudest(node.jobs) as T;
  const look = lookOf(job.state);
  const legs = countStates(node.jobs);
  const said = node.needs.length > 0 ? `${look.word}, after ${node.needs.join(', ')}` : look.word;
  const inside = (
    <>
      <StatusMark state={job.state} silent />
      <span class="name"><bdi>{node.name}</bdi></span>
      <span class="hidden">: {said}{critical && ', the run waited for it'}</span>
      {node.jobs.length > 1 ? <span class="legs">×{node.jobs.length}<span class="hidden"> legs: {legs}</span></span> : note?.(job)}
    </>
  );
  const shared = {
    class: `graph-box tone-${look.tone} state-${job.state}${critical ? ' critical' : ''}`,
    'data-key': node.key,
    title: node.jobs.length > 1 ? `${node.name}: ${legs}` : `${node.name}: ${said}`,
    onFocus: () => lit(true),
    onBlur: () => lit(false),
    onMouseEnter: () => lit(true),
    onMouseLeave: () => lit(false),
  };
  return href ? <a {...shared} href={href(job)}>{inside}</a> : <span {...shared} tabIndex={0}>{inside}</span>;
}

/** Left to what it waits for, right to what waits for it, up and down in the column. */
function walk<T extends GraphJob>(event: KeyboardEvent, graph: Graph<T>): void {
  const box = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
  const node = graph.columns.flat().find((each) => each.key === box?.dataset.key);
  if (!node) return;
  const column = graph.columns[node.column] ?? [];
  const users = graph.edges.filter((edge) => edge.from === node.key).map((edge) => edge.to);
  const targets: Record<string, string | undefined> = {
    ArrowLeft: node.needs[0], ArrowRight: users[0],
    ArrowUp: column[node.row - 1]?.key, ArrowDown: column[node.row + 1]?.key,
  };
  if (!(event.key in targets)) return;
  event.preventDefault();
  const target = targets[event.key];
  const plane = box?.closest('.graph');
  if (target !== undefined) plane?.querySelector<HTMLElement>(`[data-key="${CSS.escape(target)}"]`)?.focus();
}

/** '1 failed, 5 succeeded', the loudest first. */
export function countStates(jobs: GraphJob[]): string {
  const counts = new Map<string, number>();
  for (const { state } of byLoudness(jobs)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${lookOf(state).word}`).join(', ');
}

/** The graph's boxes and lines as a nested list: a column, its jobs, and what each of them waits for. */
export function GraphList<T extends GraphJob>(props: { jobs: T[]; href: (job: T) => string }) {
  return <Unfold class="graph-list" summary="The same as a list">{() => <Columns {...props} />}</Unfold>;
}

function Columns<T extends GraphJob>({ jobs, href }: { jobs: T[]; href: (job: T) => string }) {
  const { columns } = useMemo(() => layOutGraph(jobs), [jobs]);
  return (
    <ol>
      {columns.map((column, at) => (
        <li key={at}>
          {at === 0 ? 'Begins at once' : 'Then'}
          <ul>{column.map((node) => (
            <li key={node.key}>
              <a href={href(loudest(node.jobs) as T)}><bdi>{node.name}</bdi></a>: {countStates(node.jobs)}
              {node.needs.length > 0 && <ul><li>after <bdi>{node.needs.join(', ')}</bdi></li></ul>}
            </li>
          ))}</ul>
        </li>
      ))}
    </ol>
  );
}
