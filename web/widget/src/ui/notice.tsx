// A picture and a few words where there is nothing else to show.
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

export interface NoticeProps {
  icon?: IconName;
  title?: string;
  text?: string;
  alert?: boolean;
  children?: ComponentChildren;
}

export function Notice({ icon = "cup", title, text, alert, children }: NoticeProps): JSX.Element {
  return (
    <div class="empty" role={alert ? "alert" : undefined}>
      <span class="empty-picture">
        <Icon name={icon} />
      </span>
      {title && <h3>{title}</h3>}
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}
