// A question before something that cannot be taken back: the browser's own dialog.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Question {
  title: string;
  text: string;
  verb: string;
  bad: boolean;
  answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Answers true when the person chose `verb`. */
export function ask(title: string, text: string, verb: string, bad = false): Promise<boolean> {
  return new Promise((answer) => (question.value = { title, text, verb, bad, answer }));
}

export function Questions() {
  const asked = question.value;
  if (!asked) return null;
  const end = (yes: boolean) => {
    question.value = null;
    asked.answer(yes);
  };
  return (
    <Dialog title={asked.title} onClose={() => end(false)}>
      <p>{asked.text}</p>
      <div class="buttons">
        <button type="button" class={asked.bad ? 'danger' : 'primary'} onClick={() => end(true)}>{asked.verb}</button>
        <button type="button" onClick={() => end(false)}>No</button>
      </div>
    </Dialog>
  );
}

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog ref={element} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
