// The tab's title tells where one is; with a state its sign stands first, and the icon shows it, too.

import { useEffect } from 'preact/hooks';
import { lookOf } from '../parts/status';

const SIGNS = { good: '✓', bad: '✗', busy: '●', wait: '‖', calm: '○' };

/** The icons' addresses stand in index.html, for their names carry hashes. */
function showIcon(tone: string): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (!link) return;
  link.dataset.plain ??= link.getAttribute('href') ?? '';
  link.href = link.dataset[tone] ?? link.dataset.plain;
}

export function useTitle(title: string, state?: string | null): void {
  const tone = state ? lookOf(state).tone : null;
  useEffect(() => {
    document.title = title ? `${tone ? `${SIGNS[tone]} ` : ''}${title} · Triphammer` : 'Triphammer';
    showIcon(tone ?? 'plain');
  }, [title, tone]);
}
