// The way to GitHub and back: where one was goes along in this tab.

import { send } from '../api/client';

const KEPT = 'github-back';

/** `proof`: who links an account says its password once more. */
export async function goToGitHub(where: '/session/github' | '/session/github/link', proof?: { password: string }): Promise<void> {
  const answer = await send<{ url: string }>('POST', where, proof);
  if (!answer) return;
  sessionStorage.setItem(KEPT, location.pathname + location.search);
  location.assign(answer.url);
}

/** Where one was: on this server, or at its first page. `//host/` would be another server. */
export function placeToReturn(kept: string | null): string {
  const isHere = kept !== null && /^\/(?![/\\])/.test(kept);
  return isHere && !kept.startsWith('/sign-in') ? kept : '/';
}

export function takePlace(): string {
  return placeToReturn(sessionStorage.getItem(KEPT));
}
