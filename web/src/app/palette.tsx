// Ctrl-K: anywhere, by a few letters of its name.

import { useSignal } from '@preact/signals';
import { useResource } from '../api/resource';
import type { List, Repository } from '../api/types';
import { Dialog } from '../parts/dialog';
import { paletteOpen } from './palette_open';
import type { PaletteRoom } from './palette_open';
import { nearest } from './palette_rank';
import { navigate, path } from './router';

const MOST = 10;

function placesOf(rooms: PaletteRoom[], repositories: Repository[]): PaletteRoom[] {
  const ofRepository = ({ full_name: name }: Repository) => {
    const [owner = '', repository = ''] = name.split('/');
    return [
      { word: `${name}: runs`, href: `/?repository=${encodeURIComponent(name)}` },
      { word: `${name}: insights`, href: path`/repositories/${owner}/${repository}` },
      { word: `${name}: rules`, href: path`/repositories/${owner}/${repository}/rules` },
    ];
  };
  return [...rooms, { word: 'Start a run', href: '/start-run' }, { word: 'Your account', href: '/account' }, ...repositories.flatMap(ofRepository)];
}

export function Palette({ rooms }: { rooms: PaletteRoom[] }) {
  const { data } = useResource<List<Repository>>('/repositories', 'repositories');
  const wanted = useSignal('');
  const at = useSignal(0);
  const text = wanted.value.trim();
  const found = nearest(placesOf(rooms, data.value?.items ?? []), text, MOST);
  const items = text ? [...found, { word: `Runs with “${text}”`, href: `/?text=${encodeURIComponent(text)}` }] : found;
  const chosen = Math.min(at.value, items.length - 1);
  const go = (item: PaletteRoom | undefined) => {
    paletteOpen.value = false;
    if (item) navigate(item.href);
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) at.value = (chosen + by + items.length) % items.length;
    else if (event.key === 'Enter') go(items[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={() => (paletteOpen.value = false)}>
      <input
        class="palette" role="combobox" aria-label="Go to" aria-expanded="true" aria-controls="palette" aria-activedescendant={`palette-${chosen}`}
        autocomplete="off" spellcheck={false} placeholder="A screen, a repository, part of a run's title"
        value={wanted.value} onKeyDown={onKey} onInput={(event) => { wanted.value = event.currentTarget.value; at.value = 0; }}
      />
      <ul class="palette-list" role="listbox" id="palette" aria-label="Places">
        {items.map((item, index) => (
          <li key={item.href} id={`palette-${index}`} role="option" aria-selected={index === chosen} onClick={() => go(item)}><bdi>{item.word}</bdi></li>
        ))}
      </ul>
    </Dialog>
  );
}
