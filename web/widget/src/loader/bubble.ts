// The round button on the page. Plain DOM: it must be there at once and cost next to nothing.
import { bubbleStrings } from "../strings/bubble.ts";
import { translator, type Language } from "../strings/table.ts";

const svgNamespace = "http://www.w3.org/2000/svg";

function icon(name: string, path: string): SVGElement {
  const svg = document.createElementNS(svgNamespace, "svg");
  const attributes = {
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.9",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries({ ...attributes, class: name })) svg.setAttribute(key, value);
  const shape = document.createElementNS(svgNamespace, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export class Bubble {
  readonly button = document.createElement("button");
  private readonly badge = document.createElement("span");
  private readonly t;
  private unread = 0;
  private open = false;

  constructor(language: Language, press: () => void) {
    this.t = translator(bubbleStrings, language);
    this.button.type = "button";
    this.button.className = "bubble";
    this.badge.className = "badge";
    this.badge.setAttribute("aria-hidden", "true");
    this.button.append(
      icon(
        "more",
        "M12 3.5c-5 0-9 3.4-9 7.7 0 2.3 1.2 4.4 3.1 5.8-.1 1.2-.6 2.4-1.5 3.3 1.8-.1 3.4-.7 4.7-1.7.9.2 1.8.3 2.7.3 5 0 9-3.4 9-7.7s-4-7.7-9-7.7ZM8.2 11.2h.01M12 11.2h.01M15.8 11.2h.01",
      ),
      icon("less", "m6 9.5 6 6 6-6"),
      this.badge,
    );
    this.button.addEventListener("click", press);
    this.show();
  }

  setUnread(unread: number): void {
    this.unread = unread;
    this.show();
  }

  setOpen(open: boolean): void {
    this.open = open;
    this.show();
  }

  setBusy(busy: boolean): void {
    this.button.setAttribute("aria-busy", String(busy));
  }

  private show(): void {
    const { button, badge, unread, open, t } = this;
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? t("close") : unread > 0 ? t("openUnread", { n: unread }) : t("open"));
    badge.hidden = unread === 0 || open;
    badge.textContent = unread > 99 ? "99+" : String(unread);
  }
}
