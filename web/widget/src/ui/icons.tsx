// The icons, as strokes on a 24-unit square.
import type { JSX } from "preact";

const paths = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12l14-7-4.5 14-3.2-5.6L5 12zM11.3 13.4L19 5",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c.8 1.2 2 1.9 3.5 1.9s2.7-.7 3.5-1.9M9 10h.01M15 10h.01",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19c.4-3 2.9-5 6-5s5.6 2 6 5M16 5a3 3 0 0 1 0 5.8M17.5 14.3c1.9.6 3.2 2.3 3.5 4.7",
  down: "M12 5v14M6 13l6 6 6-6",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2.5 12.5L7 17l8.5-9M11.5 15.5l1.7 1.5L21.5 8",
  alert: "M12 8v5M12 16.5h.01M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h15.5M4 15h15.5",
  leave: "M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10.5 12H20M16.5 8l4 4-4 4",
  cup: "M5 9h11v4.5a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5V9zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8 3c-.8 1 .8 1.7 0 3M12 3c-.8 1 .8 1.7 0 3M4 21h13",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
  write: "M12 4c-4.7 0-8.5 3.1-8.5 7 0 2.1 1.1 4 2.9 5.3-.1 1.1-.6 2.2-1.4 3 1.7-.1 3.2-.7 4.4-1.6.8.2 1.7.3 2.6.3 4.7 0 8.5-3.1 8.5-7S16.7 4 12 4z",
  clip: "M19.5 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-7.9 7.9a1.5 1.5 0 0 1-2.1-2.1l7-7",
  mic: "M12 15a3.2 3.2 0 0 0 3.2-3.2V6.7a3.2 3.2 0 0 0-6.4 0v5.1A3.2 3.2 0 0 0 12 15zM5.8 11.5a6.2 6.2 0 0 0 12.4 0M12 17.7V21",
  trash: "M4.5 7h15M10 4h4M6.5 7l.8 12.2a1 1 0 0 0 1 .8h7.4a1 1 0 0 0 1-.8L17.5 7M10 11v5.5M14 11v5.5",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  file: "M13.5 3.5h-6A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8zM13.5 3.5V8H18",
  picture: "M5.5 4.5h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM4.5 16l4.5-4.5 5 5 2.5-2.5 3 3M15.5 9h.01",
  film: "M4 7.5A1.5 1.5 0 0 1 5.5 6h8A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 4 16.5zM15 10.5l5-3v9l-5-3",
  note: "M9.5 17.5V5.5l9-1.5v12M9.5 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM18.5 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  download: "M12 4.5v10M7.5 10.5l4.5 4.5 4.5-4.5M5 19.5h14",
  outside: "M13.5 4.5h6v6M19.5 4.5l-9 9M17 14v4a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 5 18V9a1.5 1.5 0 0 1 1.5-1.5h4",
  next: "M9 5l7 7-7 7",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, class: className = "" }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg
      class={`icon icon-${name} ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
