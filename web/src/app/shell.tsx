// The frame around every screen: rail, top bar, connection, theme, help.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { send, signedOut } from '../api/client';
import { live } from '../api/live';
import type { Counts } from '../api/board_types';
import { Questions } from '../parts/dialog';
import { Icon, Logo } from '../parts/icon';
import type { IconName } from '../parts/icon';
import { attempt, Toasts } from '../parts/notice';
import { Help, helpOpen } from './help';
import { offerKeys, readStored, store } from './keys';
import type { Key } from './keys';
import { fromRest } from './late';
import { paletteOpen } from './palette_open';
import { Rail, railOpen } from './rail';
import type { Room } from './rail';
import { navigate, place } from './router';
import { nextTheme, theme } from './theme';

const Palette = fromRest('Palette');

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
const KEYS: Key[] = [
  ...ROOMS.map((room) => ({ keys: `g ${room.key}`, says: room.word.toLowerCase(), run: () => navigate(room.href) })),
  { keys: 'j', says: 'next entry', run: () => walk(1) },
  { keys: 'k', says: 'previous entry', run: () => walk(-1) },
  { keys: '/', says: 'go to a place by its name (Ctrl-K)', run: () => (paletteOpen.value = true) },
  { keys: '?', says: 'this help', run: () => (helpOpen.value = !helpOpen.value) },
];

export function Shell({ children }: { children: ComponentChildren }) {
  useLayoutEffect(() => offerKeys(KEYS), []);
  useEffect(listenForPalette, []);
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>Skip to content</a>
      <TopBar />
      <Rail rooms={roomsOf()} />
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

/** From link to link of the lists on a screen; lists with rows of their own take the keys over. */
function walk(by: number): void {
  const links = [...document.querySelectorAll('main li')].map((item) => item.querySelector('a')).filter((link) => link?.offsetParent);
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  links[Math.min(Math.max(0, at + by), links.length - 1)]?.focus();
}

const ADMIN = 'triphammer.admin';

/** As it was the last time until the server says hello, so that nothing moves then. */
function roomsOf(): Room[] {
  const role = live.hello.value?.role;
  const isAdmin = role ? role === 'admin' : readStored(ADMIN) === 'yes';
  if (role) store(ADMIN, isAdmin ? 'yes' : 'no');
  return ROOMS.filter((room) => !room.admins || isAdmin);
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
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
      <Counters />
      <button type="button" class="quiet find" title="Go to a place (Ctrl-K)" onClick={() => (paletteOpen.value = true)}>
        <Icon name="search" /><span>Go to…</span><kbd>Ctrl K</kbd>
      </button>
      <ConnectionDot />
      <ThemeButton />
      <button type="button" class="quiet icon-only help-button" title="Keyboard (?)" onClick={() => (helpOpen.value = true)}>
        <Icon name="question" /><span class="hidden">Keyboard help</span>
      </button>
      <Person />
    </header>
  );
}

const counts = signal<Counts | null>(null);

/** What the server has to do, and what it waits for people with. */
function Counters() {
  useEffect(() => live.subscribe('counts', (event) => {
    if (event.counts) counts.value = event.counts;
  }), []);
  const now = signedOut.value ? null : counts.value;
  if (!now) return null;
  const { running, waiting, approvals } = now;
  return (
    <>
      {approvals > 0 && (
        <a class="button quiet counter tone-wait" href="/approvals?state=pending" title={`${approvals} wait for an approval`}>
          <Icon name="check" />{approvals}<span class="hidden"> wait for an approval</span>
        </a>
      )}
      <a class="button quiet counter" href="/queue" title={`${running} at work, ${waiting} in the queue`}>
        <Icon name="queue" />{running}<span class="hidden"> at work, </span>{waiting > 0 && <span>+{waiting}</span>}<span class="hidden"> {waiting} in the queue</span>
      </a>
    </>
  );
}

const CONNECTION_SAYS = {
  live: 'What you see is live.',
  behind: 'Nothing was heard of the server for a while; what you see may be old.',
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
  const icons: Record<string, IconName> = { system: 'screen', light: 'sun', dark: 'moon', contrast: 'contrast' };
  return (
    <button type="button" class="quiet icon-only theme-button" title={`Theme: ${theme.value}`} onClick={nextTheme}>
      <Icon name={icons[theme.value] ?? 'screen'} /><span class="hidden">Theme: {theme.value}. Change</span>
    </button>
  );
}

function Person() {
  const hello = live.hello.value;
  if (!hello?.actor || signedOut.value) return <span class="person" />;
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
