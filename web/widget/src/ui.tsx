// The lazily loaded look of the opened chat, rendered into the loader's shadow root.
import { render } from "preact";
import type { Shell } from "./loader/shell.ts";
import { addStyles } from "./loader/styles.ts";
import { App } from "./ui/app.tsx";
import { containEvents } from "./ui/contain.ts";
import composerCss from "./ui/composer.css";
import filesCss from "./ui/files.css";
import mediaCss from "./ui/media.css";
import listCss from "./ui/list.css";
import messagesCss from "./ui/messages.css";
import panelCss from "./ui/panel.css";

export function mount(shell: Shell): () => void {
  addStyles(shell.shadow, panelCss + listCss + messagesCss + composerCss + filesCss + mediaCss);
  const place = document.createElement("div");
  place.className = "place";
  shell.root.prepend(place);
  const release = containEvents(place);
  render(<App shell={shell} />, place);
  return () => {
    release();
    render(null, place);
  };
}
