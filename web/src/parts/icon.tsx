// Our own symbols on a grid of 16, drawn with one stroke width. Decoration: the word beside them speaks.

const PATHS = {
  runs: 'M2 4h12M2 8h8M2 12h10',
  deliveries: 'M8 2v7M5 6.5 8 9.5l3-3M2.5 9v4.5h11V9',
  pipelines: 'M3.5 5.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM12.5 14.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM3.5 5.5V9a3.5 3.5 0 0 0 3.5 3.5h3.5',
  wall: 'M2 2.5h5v5H2ZM9 2.5h5v5H9ZM2 9.5h5v4H2ZM9 9.5h5v4H9Z',
  queue: 'M2 3.5h6M2 8h9M2 12.5h12M11 3.5h3',
  insights: 'M2 14h12M3.5 11V8M8 11V3M12.5 11V6',
  deployments: 'M8 1.5 14 5v6l-6 3.5L2 11V5ZM2 5l6 3.5L14 5M8 8.5v6',
  environments: 'M2 2.5h12v4H2ZM2 9.5h12v4H2ZM4.5 4.5h0M4.5 11.5h0',
  repositories: 'M4 2h9v9H4.5a1.5 1.5 0 0 0 0 3H13M4 2a1.5 1.5 0 0 0-1.5 1.5v9',
  keys: 'M5.5 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM7.7 7.8 13.5 2M11 4.5l2 2',
  messages: 'M2 3.5h12v9H2ZM2 4l6 5 6-5',
  storage: 'M2.5 3.5c0-2 11-2 11 0v9c0 2-11 2-11 0ZM2.5 3.5c0 2 11 2 11 0M2.5 8c0 2 11 2 11 0',
  check: 'M4.5 8.2 7 10.7l4.5-5',
  cross: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  pause: 'M6.2 5.2v5.6M9.8 5.2v5.6',
  clock: 'M8 4.6V8l2.3 1.6',
  dash: 'M5 8h6',
  slash: 'M11.2 4.8 4.8 11.2',
  question: 'M6.2 6.3a1.9 1.9 0 1 1 2.6 1.9c-.5.2-.8.5-.8 1.1M8 11.3h0',
  back: 'M11 8H5M7.5 5.3 4.8 8l2.7 2.7',
  branch: 'M4.5 2v8M4.5 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM11.5 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM11.5 6c0 3-7 1.5-7 4',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6ZM5.3 5.3h0',
  commit: 'M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM1.5 8h3.8M10.7 8h3.8',
  person: 'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.8 14c.6-2.6 2.6-4 5.2-4s4.6 1.4 5.2 4',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M3.5 10.5 8 6l4.5 4.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 14 14',
  pin: 'M5.5 2h5l-.7 5.2 2.2 2.3H4l2.2-2.3ZM8 9.5v4.5',
  screen: 'M2 3h12v8H2ZM5.5 13.5h5',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  contrast: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12',
  menu: 'M2 4h12M2 8h12M2 12h12',
  rerun: 'M13 8a5 5 0 1 1-1.6-3.7L13 6M13 2.5V6H9.5',
  stop: 'M4 4h8v8H4Z',
  link: 'M6.5 9.5l3-3M7.5 4.5 9 3a2.8 2.8 0 0 1 4 4l-1.5 1.5M8.5 11.5 7 13a2.8 2.8 0 0 1-4-4l1.5-1.5',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  plus: 'M8 3v10M3 8h10',
  warning: 'M8 2 14.5 13.5h-13ZM8 6.2v3.3M8 11.5h0',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: extra = '' }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M7 9h11v7H7ZM18 12.5h8M6 24h20M13 16v4" />
    </svg>
  );
}
