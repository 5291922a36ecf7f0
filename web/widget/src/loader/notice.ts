// What stands in place of the chat when not even its files could be loaded. Plain DOM, for the same reason.
import type { bubbleStrings } from "../strings/bubble.ts";
import type { Translate } from "../strings/table.ts";

export function makeNotice(t: Translate<typeof bubbleStrings.en>, retry: () => void): HTMLElement {
  const box = document.createElement("div");
  const words = document.createElement("p");
  const button = document.createElement("button");
  box.className = "notice";
  box.setAttribute("role", "alert");
  words.textContent = t("unreachable");
  button.type = "button";
  button.textContent = t("retry");
  button.addEventListener("click", retry);
  box.append(words, button);
  return box;
}
