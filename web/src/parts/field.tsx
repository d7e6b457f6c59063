// A line of a form, and a form that says what went wrong and keeps what was typed.

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Failure } from './notice';

interface FieldProps {
  label: ComponentChildren;
  value: Signal<string>;
  title?: string;
  required?: boolean;
  maxLength?: number;
  type?: string;
  autocomplete?: 'username' | 'current-password' | 'new-password';
}

export function Field({ label, value, ...rest }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input autocomplete="off" spellcheck={false} {...rest} value={value.value} onInput={(event) => (value.value = event.currentTarget.value)} />
    </label>
  );
}

/** Something that is sent once at a time: whether it is on its way, and what went wrong with it last. */
export function useSending(send: () => Promise<unknown>) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(null);
  const start = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    error.value = null;
    try {
      await send();
    } catch (failure) {
      error.value = failure;
    }
    busy.value = false;
  };
  return { busy: busy.value, failure: error.value !== null && <Failure error={error.value} />, start };
}

interface FormProps {
  verb: string;
  send: () => Promise<unknown>;
  children: ComponentChildren;
}

export function Form({ verb, send, children }: FormProps) {
  const { busy, failure, start } = useSending(send);
  return (
    <form class="key-form" onSubmit={start}>
      {children}
      <button type="submit" class="primary" disabled={busy}>{verb}</button>
      {failure}
    </form>
  );
}

/** As `Form`, on a page of its own: one thing below the other. */
export function TallForm({ verb, send, children }: FormProps) {
  const { busy, failure, start } = useSending(send);
  return (
    <form class="new-pipeline" onSubmit={start}>
      {children}
      {failure}
      <div class="buttons"><button type="submit" class="primary" disabled={busy}>{verb}</button></div>
    </form>
  );
}

export function Choice({ value, children }: { value: Signal<boolean>; children: ComponentChildren }) {
  return (
    <label class="choice">
      <input type="checkbox" checked={value.value} onChange={(event) => (value.value = event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
