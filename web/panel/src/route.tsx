// Which page is shown, by the address: /panel/tenants/shop is ["tenants", "shop"].
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

const base = "/panel/";
const listeners = new Set<() => void>();

export const hrefOf = (...parts: string[]): string => base + parts.map(encodeURIComponent).join("/");

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function currentRoute(): string[] {
  return location.pathname.slice(base.length).split("/").filter(Boolean).map(decode);
}

export function go(href: string, { replaces = false } = {}): void {
  if (replaces) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  for (const listener of [...listeners]) listener();
}

export function useRoute(): string[] {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const listen = () => setPath(location.pathname);
    listeners.add(listen);
    addEventListener("popstate", listen);
    return () => {
      listeners.delete(listen);
      removeEventListener("popstate", listen);
    };
  }, []);
  return path.slice(base.length).split("/").filter(Boolean).map(decode);
}

export function Link({ to, children, ...rest }: { to: string; children: ComponentChildren; class?: string; "aria-current"?: "page" }) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
