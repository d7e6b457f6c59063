// What few people open: drawn once it is open, so that a large page stays small until then.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export function Unfold({ summary, class: name, children }: { summary: string; class?: string; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <details class={name} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}
