import type { Problem } from '../api/types';
import { Icon } from '../parts/icon';
import { findFix } from './quick_fix';
import type { Fix } from './quick_fix';

interface Props {
  problems: Problem[];
  busy: boolean;
  go: (problem: Problem) => void;
  text: string;
  change: (text: string) => void;
}

export function ProblemList({ problems, busy, go, text, change }: Props) {
  const errors = problems.filter((problem) => problem.severity !== 'warning').length;
  const said = problems.length === 0 ? (busy ? 'Checking' : 'No problems') : `${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`;
  return (
    <>
      <p class="quiet-text" role="status">{said}</p>
      <ul class="problems">
        {problems.map((problem, at) => (
          <li key={at}>
            <button type="button" class="quiet" onClick={() => go(problem)}>
              <Icon name={problem.severity === 'warning' ? 'warning' : 'cross'} class={problem.severity === 'warning' ? 'tone-wait' : 'tone-bad'} />
              <span>
                {problem.line && <code>{problem.line}:{problem.column ?? 1}</code>} <bdi>{problem.message}</bdi>
                {problem.hint && <span class="quiet-text"> {problem.hint}</span>}
                {problem.code && <span class="quiet-text"> [{problem.code}]</span>}
              </span>
            </button>
            <FixButton fix={findFix(problem, text)} text={text} change={change} />
          </li>
        ))}
      </ul>
    </>
  );
}

function FixButton({ fix, text, change }: { fix: Fix | null; text: string; change: (text: string) => void }) {
  if (!fix) return null;
  return <button type="button" onClick={() => change(text.slice(0, fix.from) + fix.insert + text.slice(fix.to))}>{`Change to ${fix.insert}`}</button>;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
