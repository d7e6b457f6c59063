// The editor as a part of the page: what stands in signals goes in, what is typed comes out.

import type { ReadonlySignal, Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { getJson, isAbort } from '../api/client';
import type { Problem } from '../api/types';
import { mountCode } from './code';
import type { Code } from './code';
import type { Spot } from './draft';
import type { Schema } from './schema';

interface Props {
  text: ReadonlySignal<string>;
  problems: ReadonlySignal<Problem[]>;
  cursor: Signal<Spot | null>;
  onChange: (text: string) => void;
  onSave: () => void;
}

const KEYS = 'Tab indents; Esc, then Tab leaves the editor; Ctrl-Space completes; Ctrl-F searches; Ctrl-S saves.';

export function CodeView({ text, problems, cursor, onChange, onSave }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<Code>();
  const save = useRef(onSave);
  save.current = onSave;

  useEffect(() => {
    const abort = new AbortController();
    const wishes = { text: text.peek(), label: 'Text of the pipeline', describedBy: 'editor-keys', onChange, onSave: () => save.current() };
    const mounted = mountCode(host.current as HTMLDivElement, wishes);
    code.current = mounted;
    // Without the schema the editor completes nothing; everything else works.
    getJson<Schema>('/schema/workflow.json', abort.signal).then(mounted.setSchema, (error: unknown) => {
      if (!isAbort(error)) console.warn('no completion:', error);
    });
    return () => {
      abort.abort();
      mounted.end();
    };
  }, []);
  useEffect(() => code.current?.setText(text.value), [text.value]);
  useEffect(() => code.current?.setProblems(problems.value), [problems.value]);
  useEffect(() => {
    if (cursor.value) code.current?.goTo(cursor.value.line ?? 1, cursor.value.column ?? 1);
  }, [cursor.value]);

  return (
    <div class="editor">
      <div class="code" ref={host} />
      <p id="editor-keys" class="hint">{KEYS}</p>
    </div>
  );
}
