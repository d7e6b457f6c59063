import { signal } from '@preact/signals';

export const paletteOpen = signal(false);

/** Where the palette can go without asking the server. */
export interface PaletteRoom {
  word: string;
  href: string;
}
