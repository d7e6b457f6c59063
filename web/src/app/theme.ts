// Light, dark, high contrast or the system's choice. The attribute is set before the first paint (the script blocks it).

import { signal } from '@preact/signals';
import { readStored, store } from './keys';

export type Theme = 'system' | 'light' | 'dark' | 'contrast';
const STORED = 'triphammer.theme';
const ORDER: Theme[] = ['system', 'light', 'dark', 'contrast'];

function readTheme(): Theme {
  const stored = readStored(STORED) as Theme;
  return ORDER.includes(stored) ? stored : 'system';
}

export const theme = signal<Theme>(readTheme());

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? 'system';
  store(STORED, theme.value);
  applyTheme();
}
