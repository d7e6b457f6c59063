// The tab's title tells where one is, and a run's state before its name.

import { useEffect } from 'preact/hooks';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Triphammer` : 'Triphammer';
  }, [title]);
}
