// The way to GitHub and back: where one was goes along in this tab.

import { send } from '../api/client';

const KEPT = 'github-back';

export async function goToGitHub(where: '/session/github' | '/session/github/link'): Promise<void> {
  const answer = await send<{ url: string }>('POST', where);
  if (!answer) return;
  sessionStorage.setItem(KEPT, location.pathname + location.search);
  location.assign(answer.url);
}

export function takePlace(): string {
  const kept = sessionStorage.getItem(KEPT) ?? '/';
  return kept.startsWith('/sign-in') ? '/' : kept;
}
