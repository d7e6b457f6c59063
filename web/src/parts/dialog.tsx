// A question before something that cannot be taken back: the browser's own dialog.

import { signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Question {
  title: string;
  text: string;
  verb: string;
  bad: boolean;
  /** What has to be typed first; empty: nothing. */
  typed: string;
  answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Answers true when the person chose `verb`; for what cannot be taken back `typed` has to be typed before. */
export function ask(title: string, text: string, verb: string, bad = false, typed = ''): Promise<boolean> {
  return new Promise((answer) => (question.value = { title, text, verb, bad, typed, answer }));
}

export function Questions() {
  const asked = question.value;
  return asked && <Asked key={asked.title} asked={asked} />;
}

function Asked({ asked }: { asked: Question }) {
  const said = useSignal('');
  const end = (yes: boolean) => {
    question.value = null;
    asked.answer(yes);
  };
  const answer = (event: Event) => {
    event.preventDefault();
    end(true);
  };
  return (
    <Dialog title={asked.title} onClose={() => end(false)}>
      <form onSubmit={answer}>
        <p>{asked.text}</p>
        {asked.typed && (
          <label class="field">
            <span>Type <strong><bdi>{asked.typed}</bdi></strong> to say that you mean it</span>
            <input name="typed" autocomplete="off" spellcheck={false} onInput={(event) => (said.value = event.currentTarget.value)} />
          </label>
        )}
        <div class="buttons">
          <button type="submit" class={asked.bad ? 'danger' : 'primary'} disabled={said.value !== asked.typed}>{asked.verb}</button>
          <button type="button" onClick={() => end(false)}>No</button>
        </div>
      </form>
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
