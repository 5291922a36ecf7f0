// What is typed, copied and pasted in the chat is the chat's alone. Pages listen on their document for shortcuts, and forbid copying,
// pasting, selecting and the menu; wherever they listen, such events are taken at the window, before them, and go no further. What the
// browser does by itself upon them (write the letter, copy) it does all the same. Keys are then given to the chat again, inside.

const kept = ["keydown", "keypress", "keyup", "beforeinput", "copy", "cut", "paste", "contextmenu", "selectstart", "dragstart", "mousedown"];

/** Returns what ends it. */
export function containEvents(place: HTMLElement): () => void {
  /** Keys that went down in the chat. They come up where the focus is by then: Escape gives it back to the page. */
  const down = new Set<string>();
  const take = (event: Event): void => {
    const path = event.composedPath();
    const ours = event.type === "keyup" && down.delete((event as KeyboardEvent).code);
    if (!ours && !path.includes(place)) return;
    event.stopImmediatePropagation();
    if (event.type !== "keydown") return;
    down.add((event as KeyboardEvent).code);
    const { key, code, shiftKey, ctrlKey, altKey, metaKey, isComposing, keyCode, repeat } = event as KeyboardEvent;
    const facts = { key, code, shiftKey, ctrlKey, altKey, metaKey, isComposing, keyCode, repeat };
    if (!path[0]!.dispatchEvent(new KeyboardEvent("keydown", { ...facts, bubbles: true, cancelable: true }))) event.preventDefault();
  };
  for (const type of kept) addEventListener(type, take, true);
  return () => kept.forEach((type) => removeEventListener(type, take, true));
}
