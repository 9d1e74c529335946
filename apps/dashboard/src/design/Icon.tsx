import type { ReactNode } from "react";

/** Small pictures, drawn on 16 by 16 with strokes. They say nothing alone: a word stands beside each, or a label. */
const DRAWN = {
  live: <path d="M1.5 8h2.6l1.7-4.5 3.2 9L10.8 8h3.7" />,
  traces: <path d="M2 3.5h7M4.5 8H13M7.5 12.5H14" strokeWidth="2" />,
  sessions: (
    <path d="M2.5 3h8a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1H6l-2.5 2V9h-1a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM13.5 6.5a1 1 0 0 1 1 1V11a1 1 0 0 1-1 1v1.7L11.4 12H8" />
  ),
  analytics: <path d="M2 13.5h12M4 11V8M8 11V3.5M12 11V6" strokeWidth="1.8" />,
  compare: <path d="M6.5 2.5h-4v11h4M9.5 2.5h4v11h-4M8 1v14" />,
  feedback: (
    <path d="M5 7v6.5M5 7l2.6-5c1 0 1.6.7 1.6 1.7V6h3.4c.8 0 1.4.8 1.2 1.6l-1 4.7c-.2.7-.7 1.2-1.4 1.2H5H2.5V7z" />
  ),
  health: <path d="M8 13.5C4 10.7 1.8 8.5 1.8 5.9A3.1 3.1 0 0 1 8 4.3a3.1 3.1 0 0 1 6.2 1.6c0 2.6-2.2 4.8-6.2 7.6Z" />,
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM14 14l-3.4-3.4" />,
  plus: <path d="M8 3v10M3 8h10" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  copy: <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />,
  down: <path d="m4 6 4 4 4-4" />,
  right: <path d="m6 4 4 4-4 4" />,
  left: <path d="m10 4-4 4 4 4" />,
  pause: <path d="M5.5 3v10M10.5 3v10" strokeWidth="2.2" />,
  play: <path d="M5 3.2v9.6l7.5-4.8z" fill="currentColor" />,
  first: <path d="M12 3.5 7 8l5 4.5M4 3.5v9" />,
  sun: (
    <path d="M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.9M11.9 11.9l.9.9M12.8 3.2l-.9.9M4.1 11.9l-.9.9" />
  ),
  moon: <path d="M13.5 9.6A5.8 5.8 0 1 1 6.4 2.5a4.7 4.7 0 0 0 7.1 7.1Z" />,
  system: <path d="M2 3h12v8H2zM5.5 13.5h5" />,
  keyboard: <path d="M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6" />,
  columns: <path d="M2 3h12v10H2zM6 3v10M10 3v10" />,
  bookmark: <path d="M4 2.5h8v11L8 10.5l-4 3z" />,
  download: <path d="M8 2v8m0 0L5 7m3 3 3-3M2.5 13.5h11" />,
  brief: <path d="M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5H8" />,
  replay: <path d="M2.5 8A5.5 5.5 0 1 0 4.4 3.8M4.5 1.5v2.7h2.7" />,
  loop: <path d="M2.5 8.5A5.5 5.5 0 0 1 12 4.4M13.5 7.5A5.5 5.5 0 0 1 4 11.6M12.3 1.7v2.9H9.4M3.7 14.3v-2.9h2.9" />,
  filter: <path d="M2 3.5h12M4.5 8h7M7 12.5h2" />,
  link: <path d="M6.5 9.5 9.5 6.5M7 4.5l1.3-1.3a2.8 2.8 0 0 1 4 4L11 8.6M9 11.5l-1.3 1.3a2.8 2.8 0 0 1-4-4L5 7.4" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.4" />,
  money: (
    <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM10 6c-.3-.8-1-1.2-2-1.2-1.2 0-2 .6-2 1.5 0 2.2 4.1 1 4.1 3.3 0 1-.9 1.6-2.1 1.6-1.1 0-1.9-.5-2.2-1.3M8 3.6v8.8" />
  ),
  agent: <path d="M8 1.8 13.4 5v6L8 14.2 2.6 11V5zM8 8l5.2-3M8 8v6M8 8 2.8 5" />,
  llm: <path d="M8 2c.5 3.5 2.2 5.3 5.8 6-3.6.6-5.3 2.4-5.8 6-.5-3.6-2.2-5.4-5.8-6C5.800 7.300 7.500 5.500 8 2Z" />,
  tool: (
    <path d="M13.600 4.600a3.500 3.500 0 0 1-4.700 4.300L4.700 13.200a1.300 1.300 0 0 1-1.900-1.900L7.100 7.100a3.500 3.500 0 0 1 4.300-4.700L9.300 4.500l.5 1.700 1.700.5z" />
  ),
  retrieval: <path d="M2 3.500h8M2 7h4M2 10.500h3M10 12.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM14.200 14l-2-2" />,
  guardrail: <path d="M8 1.800 13 3.600v4c0 3.300-2 5.400-5 6.700-3-1.300-5-3.400-5-6.700v-4z" />,
  handoff: <path d="M2 5.500h9m0 0L8.500 3M11 5.500 8.500 8M14 10.500H5m0 0L7.500 8M5 10.500 7.500 13" />,
  memory: <path d="m8 2 6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3" />,
  flow: <path d="M2 2.500h5v4H2zM9 9.500h5v4H9zM4.500 6.500v5H9" />,
  http: (
    <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 1.700 2.600 3.700 2.600 6S10 12.300 8 14c-2-1.700-2.600-3.700-2.600-6S6 3.700 8 2Z" />
  ),
  database: (
    <path d="M8 6c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2ZM3 4v8c0 1.100 2 2 5 2s5-.9 5-2V4M3 8c0 1.100 2 2 5 2s5-.9 5-2" />
  ),
  file: <path d="M3.500 2H9l3.500 3.500V14h-9zM9 2v3.500h3.500" />,
  step: <path d="M3 3h10v10H3z" />,
  plan: <path d="M2.500 4 3.500 5l1.500-2M2.500 8.500l1 1L5 7.500M7.500 4H14M7.500 8.500H14M2.500 13H14" />,
  gauge: <path d="M2.500 12a6 6 0 1 1 11 0M8 9.500l2.500-3.500" />,
  stream: (
    <path d="M1.500 5c2 0 2-2 4.300-2S8 5 10.200 5s2.300-2 4.300-2M1.500 9c2 0 2-2 4.300-2S8 9 10.200 9s2.300-2 4.300-2M1.500 13c2 0 2-2 4.300-2S8 13 10.200 13s2.300-2 4.300-2" />
  ),
  event: <path d="m8 2.500 5.500 5.500L8 13.500 2.500 8z" />,
  log: <path d="M3 4.500h10M3 8h10M3 11.500h6" />,
  warning: <path d="M8 2 15 13.800H1zM8 6.500V10M8 12v.01" />,
  trash: <path d="M2.5 4.5h11M6 4.5V2.800h4v1.700M4 4.500l.7 9h6.600l.7-9M6.700 7.200v3.600M9.300 7.200v3.600" />,
  info: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.500V11M8 5v.01" />,
} satisfies Record<string, ReactNode>;

/** The name of a picture. */
export type IconName = keyof typeof DRAWN;

/** A small picture; `label` where no word stands beside it. */
export function Icon({
  name,
  size = 16,
  label,
  className,
}: {
  name: IconName;
  size?: number;
  label?: string;
  className?: string;
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={className}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {DRAWN[name]}
    </svg>
  );
}

/** The sign of tracewire: a wire that carries one beat to the needle of a recorder. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M1.500 12h3.700c1.900 0 2.200-6.500 4.200-6.500s2 13 4 13 2.300-6.500 4.200-6.500h1" />
      <circle cx="20.700" cy="12" r="2.100" fill="currentColor" stroke="none" />
    </svg>
  );
}
