// What changed, in unified form with some lines around each change.

import type { ComponentChildren } from 'preact';
import { diffLines, splitLines } from './lines_diff';
import type { Hunk } from './lines_diff';

const AROUND = 3;

export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const [a, b] = [splitLines(before), splitLines(after)];
  const hunks = diffLines(a, b);
  if (hunks.length === 0) return <p class="quiet-text">Nothing differs.</p>;
  return <div class="diff" tabIndex={0} role="region" aria-label={label}>{draw(a, b, hunks)}</div>;
}

function draw(a: string[], b: string[], hunks: Hunk[]): ComponentChildren[] {
  const rows: ComponentChildren[] = [];
  let shown = 0;
  hunks.forEach((hunk, at) => {
    const from = Math.max(shown, hunk.aFrom - AROUND);
    if (from > shown || (at === 0 && from > 0)) rows.push(<p key={`gap ${from}`} class="gap">Line {from + 1}</p>);
    for (let line = from; line < hunk.aFrom; line++) rows.push(<Line key={`= ${line}`} sign=" " text={a[line] ?? ''} />);
    for (let line = hunk.aFrom; line < hunk.aTo; line++) rows.push(<Line key={`- ${line}`} sign="−" text={a[line] ?? ''} />);
    for (let line = hunk.bFrom; line < hunk.bTo; line++) rows.push(<Line key={`+ ${line}`} sign="+" text={b[line] ?? ''} />);
    const next = hunks[at + 1]?.aFrom ?? a.length;
    shown = Math.min(hunk.aTo + AROUND, next);
    for (let line = hunk.aTo; line < shown; line++) rows.push(<Line key={`= ${line}`} sign=" " text={a[line] ?? ''} />);
  });
  return rows;
}

const SAYS: Record<string, string> = { '+': 'added: ', '−': 'removed: ' };

export function Line({ sign, text }: { sign: string; text: string }) {
  const kind = sign === '+' ? 'added' : sign === '−' ? 'removed' : '';
  return <p class={kind}><i aria-hidden="true">{sign}</i>{kind && <span class="hidden">{SAYS[sign]}</span>}<code>{text}</code></p>;
}
