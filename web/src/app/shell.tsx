// The frame around every screen: rail, top bar, connection, theme, help.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { send, signedOut } from '../api/client';
import { live } from '../api/live';
import { Questions } from '../parts/dialog';
import { Icon, Logo } from '../parts/icon';
import type { IconName } from '../parts/icon';
import { attempt, Toasts } from '../parts/notice';
import { Help, helpOpen } from './help';
import { useKeys } from './keys';
import { late } from './late';
import { paletteOpen } from './palette_open';
import { navigate, place } from './router';
import { nextTheme, theme } from './theme';

const Palette = late(async () => (await import('./rest')).Palette);

interface Room {
  href: string;
  word: string;
  icon: IconName;
  key: string;
  admins?: boolean;
}

const ROOMS: Room[] = [
  { href: '/', word: 'Runs', icon: 'runs', key: 'h' },
  { href: '/wall', word: 'Wall', icon: 'wall', key: 'w' },
  { href: '/queue', word: 'Queue', icon: 'queue', key: 'q' },
  { href: '/approvals', word: 'Approvals', icon: 'check', key: 'a' },
  { href: '/deployments', word: 'Deployments', icon: 'deployments', key: 'd' },
  { href: '/environments', word: 'Environments', icon: 'environments', key: 'e' },
  { href: '/pipelines', word: 'Pipelines', icon: 'pipelines', key: 'p' },
  { href: '/repositories', word: 'Repositories', icon: 'repositories', key: 'r' },
  { href: '/deliveries', word: 'Deliveries', icon: 'deliveries', key: 'v' },
  { href: '/keys', word: 'Keys', icon: 'keys', key: 'k', admins: true },
  { href: '/people', word: 'People', icon: 'person', key: 'u', admins: true },
  { href: '/audit', word: 'Audit', icon: 'link', key: 't', admins: true },
  { href: '/messages', word: 'Messages', icon: 'messages', key: 'm', admins: true },
  { href: '/storage', word: 'Storage', icon: 'storage', key: 's', admins: true },
];
const ALIASES: Record<string, string> = { runs: '/', 'new-pipeline': '/pipelines' };

const railOpen = signal(false);

function currentRoom(): string {
  const first = place.value.path.split('/')[1] ?? '';
  return ALIASES[first] ?? `/${first}`;
}

export function Shell({ children }: { children: ComponentChildren }) {
  useKeys([
    ...ROOMS.map((room) => ({ keys: `g ${room.key}`, says: room.word.toLowerCase(), run: () => navigate(room.href) })),
    { keys: '/', says: 'go to a place by its name (Ctrl-K)', run: () => (paletteOpen.value = true) },
    { keys: '?', says: 'this help', run: () => (helpOpen.value = !helpOpen.value) },
  ]);
  useEffect(listenForPalette, []);
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>Skip to content</a>
      <TopBar />
      <Rail />
      <main id="main" tabIndex={-1}>{children}</main>
      <Toasts />
      <Questions />
      <Help />
      {paletteOpen.value && <Palette rooms={roomsOf()} />}
    </>
  );
}

/** Works while somebody types, too. */
function listenForPalette(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    paletteOpen.value = true;
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function roomsOf(): Room[] {
  return ROOMS.filter((room) => !room.admins || live.hello.value?.role === 'admin');
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Rail() {
  const current = currentRoom();
  return (
    <nav class={railOpen.value ? 'rail open' : 'rail'} aria-label="Main" id="rail" onClick={() => (railOpen.value = false)}>
      {roomsOf().map((room) => (
        <a key={room.href} href={room.href} aria-current={room.href === current ? 'page' : undefined}>
          <Icon name={room.icon} />{room.word}
        </a>
      ))}
    </nav>
  );
}

function TopBar() {
  return (
    <header class="top">
      <button type="button" class="quiet icon-only rail-button" aria-expanded={railOpen.value} aria-controls="rail"
        onClick={() => (railOpen.value = !railOpen.value)}>
        <Icon name="menu" /><span class="hidden">Menu</span>
      </button>
      <a class="brand" href="/"><Logo />Triphammer</a>
      <span class="grow" />
      <ConnectionDot />
      <ThemeButton />
      <button type="button" class="quiet icon-only" title="Keyboard (?)" onClick={() => (helpOpen.value = true)}>
        <Icon name="question" /><span class="hidden">Keyboard help</span>
      </button>
      <Person />
    </header>
  );
}

const CONNECTION_SAYS = {
  live: 'What you see is live.',
  connecting: 'Connecting to the server.',
  offline: 'The server cannot be reached. The page comes back by itself; click to try now.',
};

function ConnectionDot() {
  if (signedOut.value || place.value.path === '/setup') return null;
  const state = live.connection.value;
  return (
    <button type="button" class={`quiet connection ${state}`} title={CONNECTION_SAYS[state]} onClick={() => live.retryNow()}>
      <i />{state}
    </button>
  );
}

function ThemeButton() {
  const icons: Record<string, IconName> = { system: 'contrast', light: 'sun', dark: 'moon' };
  return (
    <button type="button" class="quiet icon-only theme-button" title={`Theme: ${theme.value}`} onClick={nextTheme}>
      <Icon name={icons[theme.value] ?? 'contrast'} /><span class="hidden">Theme: {theme.value}. Change</span>
    </button>
  );
}

function Person() {
  const hello = live.hello.value;
  if (!hello?.actor || signedOut.value) return null;
  const signOut = () => attempt(async () => {
    await send('DELETE', '/session');
    signedOut.value = true;
  }, 'Signed out.');
  return (
    <span class="person" title={`${hello.actor}, ${hello.role ?? ''}`}>
      <a class="initials" href="/account">{hello.actor.replace(/^user:/, '').slice(0, 2)}<span class="hidden">, your account</span></a>
      <button type="button" class="quiet" onClick={signOut}>Sign out</button>
    </span>
  );
}
