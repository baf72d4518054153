const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 5',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  clock: 'M8 4.5V8l2.5 1.5M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5V5h-2.5',
  send: 'M2.5 8h9M8 4.5 11.5 8 8 11.5',
  pause: 'M5.5 4v8M10.5 4v8',
  question:
    'M6 6.2a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.3M8 11.8v.1M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z',
  hand: 'M8 2.2 14 13H2L8 2.2ZM8 6.5V9M8 11v.1',
  minus: 'M4 8h8',
  down: 'M3 13h10M8 3v7M5 7l3 3 3-3',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4Z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 13.5 13.5',
  external: 'M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12.5 3.5 7.5 8.5',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside a word that says the same: never alone, and silent for screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
