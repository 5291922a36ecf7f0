// Keyboard: keeping Tab inside the dialog, and one tab stop with arrow keys for lists and grids.

const focusable = 'button:not([disabled]), a[href], input:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

export function focusables(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(focusable)].filter((e) => e.tabIndex >= 0 && e.getClientRects().length > 0);
}

export function activeIn(root: HTMLElement): HTMLElement | null {
  return (root.getRootNode() as ShadowRoot | Document).activeElement as HTMLElement | null;
}

export function trapTab(event: KeyboardEvent, root: HTMLElement): void {
  if (event.key !== "Tab") return;
  const all = focusables(root);
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return event.preventDefault();
  const active = activeIn(root);
  const outside = !active || !root.contains(active);
  if (event.shiftKey ? active === first || outside : active === last || outside) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

/** Arrow keys, Home and End among the items of a list (or with `columns`, a grid). Left and right follow the direction of writing. */
export function moveAmong(event: KeyboardEvent, container: HTMLElement, columns = 1): void {
  const items = [...container.querySelectorAll<HTMLElement>("[data-item]")];
  const active = activeIn(container);
  const at = active ? items.indexOf(active) : -1;
  if (at < 0) return;
  const forward = getComputedStyle(container).direction === "rtl" ? -1 : 1;
  const steps: Record<string, number> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ...(columns > 1 ? { ArrowRight: forward, ArrowLeft: -forward } : {}),
    Home: -at,
    End: items.length - 1 - at,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
  if (!next) return;
  for (const item of items) item.tabIndex = item === next ? 0 : -1;
  next.focus();
}
