// The repositories that somebody wants to have at hand, kept in this browser.

import { signal } from '@preact/signals';
import { readStored, store } from './keys';

const STORED = 'triphammer.pins';

function readPins(): string[] {
  try {
    const stored: unknown = JSON.parse(readStored(STORED) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

export const pins = signal<string[]>(readPins());

export function togglePin(name: string): void {
  const rest = pins.value.filter((each) => each !== name);
  pins.value = rest.length < pins.value.length ? rest : [...rest, name].sort();
  store(STORED, JSON.stringify(pins.value));
}
