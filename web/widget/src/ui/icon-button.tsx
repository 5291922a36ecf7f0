// A round button with a sign on it.
import type { JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

export function IconButton(props: { icon: IconName; label: string; press(): void; class?: string; expanded?: boolean }): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-expanded={props.expanded}
      onClick={props.press}
    >
      <Icon name={props.icon} />
    </button>
  );
}
