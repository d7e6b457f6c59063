// When each job of a run waited and worked, and which of them decided how long it took.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Past } from '../api/past';
import { useResource } from '../api/resource';
import type { Job, Run } from '../api/types';
import { path } from '../app/router';
import { usePart } from '../parts/part';
import { StatusMark } from '../parts/status';
import { Unfold } from '../parts/unfold';
import { formatDuration, now, Took } from '../parts/when';
import { layOut } from './timeline_places';
import type { Bar, Piece, PieceKind } from './timeline_places';

// In all lanes: the page stays small, and more stretches of one lane than it has pixels nobody sees.
const MOST_PIECES = 480;

const KINDS: [PieceKind, string][] = [['waited', 'Waiting'], ['pull', 'Set-up'], ['clone', 'Check-out'], ['step', 'Steps']];

export function TimelineTab({ run }: { run: Run }) {
  const past = useResource<Past>(path`/runs/${run.id}/past`).data.value;
  const end = run.finished_at ? new Date(run.finished_at).getTime() : now.value;
  const { bars, seconds, chain } = layOut(run.jobs ?? [], end, past?.usual);
  const [part, buttons] = usePart(bars);
  if (bars.length === 0) return <p class="page quiet-text">No job of this run has begun.</p>;
  return (
    <div class="page">
      <p>
        {formatDuration(seconds)} in all.{' '}
        {chain.length > 1 && <>The run waited for <Chain jobs={chain} />.</>}
      </p>
      {buttons}
      <ol class="timeline">{part.map((bar) => <Row key={bar.job.id} run={run} bar={bar} most={Math.ceil(MOST_PIECES / part.length)} />)}</ol>
      <p class="quiet-text timeline-key">
        {KINDS.map(([kind, name]) => <span key={kind}><i class={kind} />{name}</span>)}
        <span><i class="usual" />{past && past.greens > 0 ? `the usual time: median of ${past.greens} green runs before` : 'no green run before'}</span>
        <span>Bold: what the run waited for; only these make it shorter.</span>
      </p>
      <Numbers run={run} bars={part} />
    </div>
  );
}

function Chain({ jobs }: { jobs: Job[] }) {
  return <>{jobs.map((job, at) => <span key={job.id}>{at > 0 && ' → '}<strong><bdi>{job.name}</bdi></strong></span>)}</>;
}

function Row({ run, bar, most }: { run: Run; bar: Bar; most: number }) {
  const { job, usual } = bar;
  return (
    <li>
      <a class={`state-${job.state}${bar.critical ? ' critical' : ''}`} href={path`/runs/${run.id}/jobs/${job.id}`} title={bar.pieces.map(inWords).join('\n')}>
        <StatusMark state={job.state} cause={job.cause} />
        <span class="name"><bdi>{job.name}</bdi></span>
        <span class="lane" aria-hidden="true">
          {usual && <Stretch kind="usual" from={usual.from} to={usual.to} />}
          {longestOf(bar.pieces, most).map((piece, at) => <Stretch key={at} kind={piece.kind} from={piece.from} to={piece.to} />)}
        </span>
        <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />
      </a>
    </li>
  );
}

/** The longest ones, in their order. */
function longestOf(pieces: Piece[], most: number): Piece[] {
  const longest = [...pieces].sort((one, other) => other.seconds - one.seconds).slice(0, most);
  return pieces.filter((piece) => longest.includes(piece));
}

function inWords({ kind, name, seconds }: Piece): string {
  return `${kind === 'step' || kind === 'clone' ? name : kind === 'pull' ? 'set-up' : 'waiting'}: ${formatDuration(seconds)}`;
}

function Stretch({ kind, from, to }: { kind: string; from: number; to: number }) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!element.current) return;
    element.current.style.left = `${from * 100}%`;
    element.current.style.width = `${(to - from) * 100}%`;
  }, [from, to]);
  return <i ref={element} class={kind} />;
}

function Numbers({ run, bars }: { run: Run; bars: Bar[] }) {
  return (
    <Unfold summary="The same as a table">{() => (
      <div class="wide-table" tabIndex={0} role="region" aria-label="Times of the jobs">
        <table>
          <thead><tr><th scope="col">Job</th>{KINDS.map(([kind, name]) => <th key={kind} scope="col">{name}</th>)}<th scope="col">Usual</th><th scope="col">Waited for</th></tr></thead>
          <tbody>{bars.map((bar) => (
            <tr key={bar.job.id}>
              <th scope="row"><a href={path`/runs/${run.id}/jobs/${bar.job.id}`}><bdi>{bar.job.name}</bdi></a></th>
              {KINDS.map(([kind]) => <td key={kind}>{sum(bar.pieces, kind)}</td>)}
              <td>{bar.usual ? formatDuration(bar.usual.seconds) : ''}</td>
              <td>{bar.critical ? 'yes' : ''}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    )}</Unfold>
  );
}

function sum(pieces: Piece[], kind: PieceKind): string {
  const own = pieces.filter((piece) => piece.kind === kind);
  return own.length > 0 ? formatDuration(own.reduce((seconds, piece) => seconds + piece.seconds, 0)) : '';
}
