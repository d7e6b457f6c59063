// Plain text with line numbers and marks for the lint's problems. Tab indents; Esc, then Tab leaves.

import type { ReadonlySignal, Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/types';
import { lineStart, offsetOf } from './editor_text';
import type { Spot } from './pipeline_draft';

const LINE_HEIGHT = 20;

interface Props {
  text: ReadonlySignal<string>;
  problems: ReadonlySignal<Problem[]>;
  cursor: Signal<Spot | null>;
  onChange: (text: string) => void;
  onSave: () => void;
}

export function Editor({ text, problems, cursor, onChange, onSave }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const top = useSignal(0);
  useEffect(() => {
    if (cursor.value && area.current) goTo(area.current, cursor.value);
  }, [cursor.value]);
  const onKey = useEditorKeys(onChange, onSave);
  return (
    <div class="editor">
      <Gutter text={text.value} problems={problems.value} top={top.value} />
      <textarea
        ref={area} value={text.value} wrap="off" spellcheck={false} autocomplete="off" autocapitalize="off"
        aria-label="Text of the pipeline" aria-describedby="editor-keys"
        onInput={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
        onKeyDown={onKey}
      />
      <p id="editor-keys" class="hint">Tab indents; Esc, then Tab leaves the editor; Ctrl-S saves.</p>
    </div>
  );
}

function useEditorKeys(onChange: (text: string) => void, onSave: () => void) {
  const leaving = useRef(false);
  return (event: KeyboardEvent) => {
    const area = event.currentTarget as HTMLTextAreaElement;
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      onSave();
    } else if (event.key === 'Tab' && !event.shiftKey && !leaving.current) {
      event.preventDefault();
      area.setRangeText('  ', area.selectionStart, area.selectionEnd, 'end');
      onChange(area.value);
    }
    if (event.key !== 'Tab') leaving.current = event.key === 'Escape';
  };
}

function goTo(area: HTMLTextAreaElement, spot: Spot): void {
  const at = offsetOf(area.value, spot.line ?? 1, spot.column ?? 1);
  area.focus();
  area.setSelectionRange(at, at);
  area.scrollTop = Math.max(0, ((spot.line ?? 1) - 1) * LINE_HEIGHT - area.clientHeight / 3);
}

function Gutter({ text, problems, top }: { text: string; problems: Problem[]; top: number }) {
  const marked = new Map<number, string>();
  for (const problem of problems) {
    const severity = problem.severity ?? 'error';
    if (problem.line && marked.get(problem.line) !== 'error') marked.set(problem.line, severity);
  }
  const first = Math.max(0, Math.floor(top / LINE_HEIGHT) - 5);
  const count = lineStart(text, Infinity).line;
  const numbers = Array.from({ length: Math.max(0, Math.min(count - first, 120)) }, (_, at) => first + at + 1);
  return (
    <div class="gutter" aria-hidden="true">
      <div style={{ transform: `translateY(${first * LINE_HEIGHT - top}px)` }}>
        {numbers.map((number) => <span key={number} class={marked.get(number) ?? ''}>{number}</span>)}
      </div>
    </div>
  );
}
