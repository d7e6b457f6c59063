// A long list in parts: the page never holds more of it than one part, whatever comes.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { Icon } from './icon';

export const PART = 80;

/** The part that holds the item `around` (-1: the first), and the buttons to the others. */
export function usePart<T>(items: T[], around = -1): [T[], ComponentChildren] {
  const home = Math.floor(Math.max(0, around) / PART);
  const [chosen, choose] = useState(home);
  useLayoutEffect(() => choose(home), [home]);
  if (items.length <= PART) return [items, null];
  const parts = Math.ceil(items.length / PART);
  const at = Math.min(chosen, parts - 1);
  const first = at * PART;
  const shown = items.slice(first, first + PART);
  return [shown, (
    <div class="part-buttons" key="part">
      <button type="button" class="quiet icon-only" disabled={at === 0} title="The ones before" onClick={() => choose(at - 1)}>
        <Icon name="up" /><span class="hidden">The ones before</span>
      </button>
      <span role="status">{first + 1} to {first + shown.length} of {items.length.toLocaleString('en')}</span>
      <button type="button" class="quiet icon-only" disabled={at === parts - 1} title="The next ones" onClick={() => choose(at + 1)}>
        <Icon name="down" /><span class="hidden">The next ones</span>
      </button>
    </div>
  )];
}
