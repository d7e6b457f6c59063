// What a screen says when it has nothing else to show, and what an action has to report.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../api/client';
import { Icon } from './icon';
import type { IconName } from './icon';

const TOAST_TIME = 6_000;
const SKELETON_DELAY = 150;

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} class="large" />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div class="failure-note" role="alert">
      <Icon name="warning" />
      <span>{messageOf(error)}</span>
      {retry && <button type="button" class="quiet" onClick={retry}>Try again</button>}
    </div>
  );
}

/** Grey lines, but only when the answer takes longer than a blink. */
export function Loading() {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), SKELETON_DELAY);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return <div class="skeleton" role="status"><span class="hidden">Loading</span><i /><i /><i /></div>;
}

export function Code({ children }: { children: string }) {
  return (
    <span class="code-line">
      <code>{children}</code>
      <CopyButton text={children} what="command" />
    </span>
  );
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  return (
    <button type="button" class="quiet icon-only" title={`Copy ${what}`} onClick={() => copy(text, what)}>
      <Icon name="copy" /><span class="hidden">Copy {what}</span>
    </button>
  );
}

interface Toast {
  text: string;
  bad: boolean;
}

const toast = signal<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, bad = false): void {
  toast.value = { text, bad };
  clearTimeout(timer);
  timer = setTimeout(() => (toast.value = null), TOAST_TIME);
}

/** The clipboard exists only on https and loopback; elsewhere the text is shown to be copied. */
export function copy(text: string, what: string): void {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return say(text);
  clipboard.writeText(text).then(() => say(`Copied the ${what}.`), () => say(text));
}

/** Runs an action and reports how it ended; answers whether it went well. */
export async function attempt(action: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await action();
    if (done) say(done);
    return true;
  } catch (error) {
    say(messageOf(error), true);
    return false;
  }
}

export function Toasts() {
  const now = toast.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {now && <p class={now.bad ? 'toast bad' : 'toast'}>{now.text}</p>}
    </div>
  );
}
