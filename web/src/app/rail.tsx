// The rail at the left: the rooms, then the repositories, pinned ones first.

import { signal } from '@preact/signals';
import { useResource } from '../api/resource';
import type { List, Repository } from '../api/types';
import { Icon } from '../parts/icon';
import type { PaletteRoom } from './palette_open';
import type { IconName } from '../parts/icon';
import { pins } from './pins';
import { place } from './router';

export interface Room extends PaletteRoom {
  icon: IconName;
  key: string;
  admins?: boolean;
}

const ALIASES: Record<string, string> = { runs: '/', 'new-pipeline': '/pipelines' };
const MOST = 40;

export const railOpen = signal(false);
const listOpen = signal(false);

function currentRoom(): string {
  const first = place.value.path.split('/')[1] ?? '';
  return ALIASES[first] ?? `/${first}`;
}

export function Rail({ rooms }: { rooms: Room[] }) {
  const chosen = place.value.path === '/' ? place.value.query.get('repository') : null;
  const current = currentRoom();
  const closeAtLink = (event: Event) => {
    if ((event.target as Element).closest('a')) railOpen.value = false;
  };
  return (
    <nav class={railOpen.value ? 'rail open' : 'rail'} aria-label="Main" id="rail" onClick={closeAtLink}>
      {rooms.map((room) => (
        <a key={room.href} href={room.href} aria-current={room.href === current && !chosen ? 'page' : undefined}>
          <Icon name={room.icon} />{room.word}
        </a>
      ))}
      {pins.value.map((name) => <Place key={name} name={name} chosen={chosen} icon="pin" />)}
      <details open={listOpen.value} onToggle={(event) => (listOpen.value = event.currentTarget.open)}>
        <summary>All repositories</summary>
        {listOpen.value && <Others chosen={chosen} />}
      </details>
    </nav>
  );
}

/** Asked for when somebody wants to see them: the first view does without. */
function Others({ chosen }: { chosen: string | null }) {
  const { data } = useResource<List<Repository>>('/repositories', 'repositories');
  const names = (data.value?.items ?? []).map((each) => each.full_name).filter((name) => !pins.value.includes(name)).sort();
  return (
    <>
      {names.slice(0, MOST).map((name) => <Place key={name} name={name} chosen={chosen} icon="repositories" />)}
      <a href="/repositories">{names.length > MOST ? `${names.length - MOST} more` : 'Pin or connect'}</a>
    </>
  );
}

function Place({ name, chosen, icon }: { name: string; chosen: string | null; icon: IconName }) {
  return (
    <a href={`/?repository=${encodeURIComponent(name)}`} aria-current={name === chosen ? 'page' : undefined} title={name}>
      <Icon name={icon} /><bdi>{name.slice(name.indexOf('/') + 1)}</bdi>
    </a>
  );
}
