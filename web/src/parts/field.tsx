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

interface FormProps {
  verb: string;
  send: () => Promise<unknown>;
  children: ComponentChildren;
}

export function Form({ verb, send, children }: FormProps) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(null);
  const submit = async (event: Event) => {
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
  return (
    <form class="key-form" onSubmit={submit}>
      {children}
      <button type="submit" class="primary" disabled={busy.value}>{verb}</button>
      {error.value !== null && <Failure error={error.value} />}
    </form>
  );
}
