// The lazily loaded look of the opened chat, rendered into the loader's shadow root.
import { render } from "preact";
import type { Shell } from "./loader/shell.ts";
import { addStyles } from "./loader/styles.ts";
import { App, type Navigator, type Target } from "./ui/app.tsx";
import composerCss from "./ui/composer.css";
import listCss from "./ui/list.css";
import messagesCss from "./ui/messages.css";
import panelCss from "./ui/panel.css";

export function mount(shell: Shell): { open(target?: Target): void } {
  addStyles(shell.shadow, panelCss + listCss + messagesCss + composerCss);
  const place = document.createElement("div");
  place.className = "place";
  shell.root.prepend(place);
  let wanted: Target | undefined;
  const navigator: Navigator = { open: (target) => (wanted = target) };
  const waiting = navigator.open;
  render(<App shell={shell} navigator={navigator} />, place);
  return {
    open(target) {
      navigator.open(target);
      if (navigator.open !== waiting) return;
      // The chat is still connecting: go there as soon as it can be shown.
      const stop = shell.listen(() => {
        setTimeout(() => {
          if (navigator.open === waiting) return;
          stop();
          if (wanted) navigator.open(wanted);
        }, 50);
      });
    },
  };
}
