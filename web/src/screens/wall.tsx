// Every repository at a glance; with ?wall=1 large and alone, for a screen in the room.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { RunPoint, WallCard } from '../api/board_types';
import type { List } from '../api/types';
import { useKeys } from '../app/keys';
import { navigate, path, place } from '../app/router';
import { useTitle } from '../app/title';
import { FirstSteps } from '../parts/first_steps';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { Empty } from '../parts/notice';
import { lookOf, StatusMark } from '../parts/status';
import { formatDuration, now, When } from '../parts/when';
import { compareCards, shareDone, tookOf } from './wall_places';

export function WallScreen() {
  const large = place.value.query.get('wall') === '1';
  useBare(large);
  const [list, instead] = useGot<List<WallCard>>('/wall', 'runs');
  const cards = list?.items;
  const broken = (cards ?? []).filter((card) => card.state === 'failed').length;
  useTitle(broken > 0 ? `${broken} broken` : 'Wall', broken > 0 ? 'failed' : cards?.length ? 'succeeded' : null);
  if (!cards) return instead;
  return (
    <section class="screen wall">
      <header class="screen-head with-buttons">
        <h1>{broken > 0 ? `${broken} of ${cards.length} broken` : cards.length > 0 ? 'All is well' : 'Wall'}</h1>
        {large
          ? <a class="button quiet" href="/wall"><Icon name="close" />Leave<span class="hidden"> the large view</span></a>
          : cards.length > 0 && <a class="button" href="/wall?wall=1"><Icon name="wall" />For a screen in the room</a>}
      </header>
      {cards.length === 0
        ? <Empty icon="wall" title="No repository yet"><FirstSteps /></Empty>
        : <ul class="wall-cards">{[...cards].sort(compareCards).map((card) => <Card key={card.full_name} card={card} />)}</ul>}
    </section>
  );
}

/** Without rail and bar; Escape brings them back. */
function useBare(large: boolean): void {
  useEffect(() => {
    document.documentElement.toggleAttribute('data-bare', large);
    return () => document.documentElement.removeAttribute('data-bare');
  }, [large]);
  useKeys(large ? [{ keys: 'Escape', says: 'leave the large view', run: () => navigate('/wall') }] : [], [large]);
}

function Card({ card }: { card: WallCard }) {
  const [owner, name] = [card.full_name.split('/')[0] ?? '', card.full_name.split('/')[1] ?? ''];
  const look = lookOf(card.state ?? 'none');
  const word = card.state ? look.word : 'nothing ran yet';
  const filter = new URLSearchParams({ repository: card.full_name, ...(card.branch ? { branch: card.branch } : {}) });
  return (
    <li class={`wall-card tone-${look.tone}`}>
      <h2><a href={`/?${filter}`}><bdi class="quiet-text">{owner}/</bdi><bdi>{name}</bdi></a></h2>
      <p class="wall-state">
        <StatusMark state={card.state ?? 'queued'} silent />
        <strong>{word}</strong>
        {card.branch && <span class="quiet-text">on <bdi>{card.branch}</bdi></span>}
      </p>
      {card.broken_since && <BrokenSince run={card.broken_since} />}
      {card.going && <Going run={card.going} />}
      <Bars runs={card.runs} />
    </li>
  );
}

function BrokenSince({ run }: { run: RunPoint }) {
  return (
    <p class="wall-note">
      since <a href={path`/runs/${run.id}`}>#{run.number} <bdi>{run.title}</bdi></a> by <bdi>{run.actor}</bdi>, <When at={run.finished_at} />
    </p>
  );
}

function Going({ run }: { run: WallCard['going'] & object }) {
  const bar = useRef<HTMLElement>(null);
  const share = shareDone(run, now.value);
  useLayoutEffect(() => {
    if (bar.current && share !== null) bar.current.style.width = `${share * 100}%`;
  }, [share]);
  const passed = run.started_at ? (now.value - new Date(run.started_at).getTime()) / 1_000 : 0;
  const left = run.expected_ms ? run.expected_ms / 1_000 - passed : null;
  return (
    <div class="wall-going tone-busy">
      <p>
        <StatusMark state={run.state} silent /><a href={path`/runs/${run.id}`}>#{run.number} <bdi>{run.title}</bdi></a>
        <span class="quiet-text">{left === null ? formatDuration(Math.floor(passed)) : left > 0 ? `about ${formatDuration(Math.ceil(left))} left` : 'longer than usual'}</span>
      </p>
      {share !== null && <span class="eta" aria-hidden="true"><i ref={bar} /></span>}
    </div>
  );
}

/** The newest at the right; the higher, the longer it took. */
function Bars({ runs }: { runs: RunPoint[] }) {
  if (runs.length === 0) return null;
  const longest = Math.max(1, ...runs.map(tookOf));
  return (
    <ul class="wall-bars" aria-label="Last runs">
      {[...runs].reverse().map((run) => <li key={run.id}><Bar run={run} height={tookOf(run) / longest} /></li>)}
    </ul>
  );
}

function Bar({ run, height }: { run: RunPoint; height: number }) {
  const bar = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (bar.current) bar.current.style.height = `${Math.max(12, height * 100)}%`;
  }, [height]);
  const look = lookOf(run.state);
  const says = `#${run.number} ${look.word}${run.finished_at ? ` in ${formatDuration(tookOf(run) / 1_000)}` : ''}`;
  return <a class={`tone-${look.tone} state-${run.state}`} href={path`/runs/${run.id}`} title={says} aria-label={says}><i ref={bar} /></a>;
}
