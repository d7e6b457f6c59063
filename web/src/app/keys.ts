// The keyboard: one listener; screens lend it keys while they are shown. Sequences ("g h") have a
// second to be finished. Single letters can be switched off (WCAG 2.1.4).

import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

export interface Key {
  keys: string;
  says: string;
  run: () => void;
}

const SEQUENCE_TIME = 1_000;
const STORED = 'triphammer.letters-off';

export const lettersOff = signal(readStored(STORED) === 'yes');
/** Every key that works now, for the help. */
export const activeKeys = signal<Key[]>([]);

let pending = '';
let pendingAt = 0;

export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden: the page works without
  }
}

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see readStored
  }
}

export function setLettersOff(off: boolean): void {
  lettersOff.value = off;
  store(STORED, off ? 'yes' : 'no');
}

/** The editor stands in a shadow root, whose events seem to come from its host. */
function isTyping(event: Event): boolean {
  const element = event.composedPath()[0] as HTMLElement | undefined;
  return !!element?.closest?.('input, textarea, select, [contenteditable]');
}

/** The key that `pressed` means after what was pressed before it, or the start of a sequence. */
export function findKey(keys: Key[], before: string, pressed: string): Key | 'more' | null {
  const sequence = before ? `${before} ${pressed}` : pressed;
  const found = keys.find((key) => key.keys === sequence) ?? keys.find((key) => key.keys === pressed);
  if (found) return found;
  return keys.some((key) => key.keys.startsWith(`${pressed} `)) ? 'more' : null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector('dialog[open]') && event.key !== '?') return;
  if (lettersOff.value && event.key.length === 1 && event.key !== '?') return;
  const before = event.timeStamp - pendingAt < SEQUENCE_TIME ? pending : '';
  const found = findKey(activeKeys.value, before, event.key);
  pending = found === 'more' ? event.key : '';
  pendingAt = event.timeStamp;
  if (!found) return;
  if (found === 'more') return;
  event.preventDefault();
  found.run();
}

export function startKeys(): void {
  document.addEventListener('keydown', onKeyDown);
}

/** Keys that work everywhere, and that any screen may take over. */
export function offerKeys(keys: Key[]): void {
  activeKeys.value = [...activeKeys.value, ...keys];
}

/** The keys of a screen, from its first paint on. The newest comes first, so that a screen may take one over. */
export function useKeys(keys: Key[], dependencies: unknown[] = []): void {
  useLayoutEffect(() => {
    activeKeys.value = [...keys, ...activeKeys.value];
    return () => {
      activeKeys.value = activeKeys.value.filter((key) => !keys.includes(key));
    };
  }, dependencies);
}
