// Times: relative for reading, exact on hover and for programs. One clock for the whole page.

import { signal } from '@preact/signals';

export const now = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1_000);
}

const exactFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `seconds` ago; negative ones (clocks differ a little) are now. */
export function formatAgo(seconds: number, date: Date): string {
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10 || 5} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return dayFormat.format(date);
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor(whole / 60) % 60).padStart(2, '0')} min`;
}

export function When({ at }: { at: string | null | undefined }) {
  if (!at) return null;
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactFormat.format(date)}>
      {formatAgo((now.value - date.getTime()) / 1_000, date)}
    </time>
  );
}

/** A day to come. */
export function Day({ at }: { at: string | null | undefined }) {
  if (!at) return null;
  const date = new Date(at);
  return <time dateTime={at} title={exactFormat.format(date)}>{dayFormat.format(date)}</time>;
}

/** From `from` to `to`; to now where `to` is missing and the thing is still going on. */
export function Took({ from, to, going }: { from?: string | null; to?: string | null; going?: boolean }) {
  if (!from || (!to && !going)) return null;
  const end = to ? new Date(to).getTime() : now.value;
  const seconds = (end - new Date(from).getTime()) / 1_000;
  const text = to ? formatDuration(seconds) : formatDuration(Math.floor(Math.max(0, seconds)) || 0).replace('.0', '');
  return <time dateTime={`PT${Math.max(0, seconds).toFixed(1)}S`} title={`${from} to ${to ?? 'now'}`}>{text}</time>;
}
