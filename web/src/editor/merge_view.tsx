// Two people changed the same version: what each made of it, side by side with what it was, and the
// merge of both. Nothing is saved from here; the merged text goes back into the editor.

import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Draft, Meeting } from './draft';
import { joinParts, mergeLines, splitLines } from './lines_diff';
import type { MergePart, Side } from './lines_diff';

const SIDES: [Side, string][] = [['mine', 'Mine'], ['theirs', 'Theirs'], ['both', 'Both']];

export function MergeView({ draft, meeting }: { draft: Draft; meeting: Meeting }) {
  const { theirs, base } = meeting;
  const mine = draft.text.peek();
  const parts = useMemo(() => mergeLines(splitLines(base), splitLines(mine), splitLines(theirs.text ?? '')), [meeting]);
  const choices = useSignal(new Map<MergePart, Side>());
  const conflicts = parts.filter((part) => part.kind === 'conflict');
  const choose = (part: MergePart, side: Side) => (choices.value = new Map(choices.value).set(part, side));
  return (
    <section class="box conflict" role="alert" aria-label="Two versions meet">
      <p>
        <strong>Version {theirs.version} was saved by <bdi>{theirs.author ?? 'somebody else'}</bdi> meanwhile.</strong>{' '}
        Your text is still here and was not saved. {sentence(conflicts.length)}
      </p>
      <div class="merge" tabIndex={0} role="region" aria-label="Changes of both sides">
        <div class="merge-row merge-head"><h3>Version {draft.base.value}, where you began</h3><h3>Version {theirs.version}, theirs</h3><h3>Yours</h3></div>
        {parts.filter((part) => part.kind !== 'same').map((part, at) => (
          <Part key={at} part={part} name={`part-${at}`} side={choices.value.get(part) ?? 'mine'} choose={(side) => choose(part, side)} />
        ))}
      </div>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => draft.settle(joinParts(parts, choices.value))}>Put the merged text into the editor</button>
        <button type="button" onClick={() => draft.settle(mine)}>Keep mine, on top of version {theirs.version}</button>
        <button type="button" onClick={() => draft.settle(theirs.text ?? '')}>Take theirs, drop mine</button>
      </div>
    </section>
  );
}

function sentence(conflicts: number): string {
  if (conflicts === 0) return 'The changes do not touch each other.';
  return `${conflicts === 1 ? 'One place was' : `${conflicts} places were`} changed by both: choose.`;
}

interface PartProps {
  part: MergePart;
  name: string;
  side: Side;
  choose: (side: Side) => void;
}

function Part({ part, name, side, choose }: PartProps) {
  const taken = (of: 'mine' | 'theirs') => part.kind === of || (part.kind === 'conflict' && (side === of || side === 'both'));
  return (
    <div class="merge-part">
      <div class="merge-row">
        <Lines lines={part.base} label="before" />
        <Lines lines={part.theirs} label="theirs" taken={taken('theirs')} />
        <Lines lines={part.mine} label="yours" taken={taken('mine')} />
      </div>
      {part.kind === 'conflict'
        ? (
          <fieldset class="merge-choice">
            <legend class="hidden">Whose lines stand here</legend>
            {SIDES.map(([value, word]) => (
              <label key={value} class="check"><input type="radio" name={name} checked={side === value} onChange={() => choose(value)} />{word}</label>
            ))}
          </fieldset>
        )
        : <p class="quiet-text merge-choice">{part.kind === 'mine' ? 'Only you changed this: it stays.' : 'Only they changed this: it comes in.'}</p>}
    </div>
  );
}

function Lines({ lines, label, taken }: { lines: string[]; label: string; taken?: boolean }) {
  return (
    <pre class={taken ? 'taken' : ''}>
      <span class="hidden">{label}: </span>{lines.length > 0 ? lines.join('\n') : <em class="quiet-text">nothing</em>}
    </pre>
  );
}
