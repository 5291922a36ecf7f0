// What is typed, copied and pasted in the chat is the chat's alone. Pages listen on their document for shortcuts, and forbid copying,
// pasting, selecting and the menu; wherever they listen, such events are taken at the window, before them, and go no further. What the
// browser does by itself upon them (write the letter, copy) it does all the same. Keys are then given to the chat again, inside; so is what
// is pasted or dropped, as `chat-paste`, `chat-dragover` and `chat-drop` with its data. Files that the chat does not want where they are
// dropped go nowhere: the browser would open them in the page's place.

const kept = ["keydown", "keypress", "keyup", "beforeinput", "copy", "cut", "paste", "contextmenu", "selectstart", "dragstart", "mousedown"];
const dragged = ["dragenter", "dragover", "dragleave", "drop"];

/** Gives the data to the chat; true where it has taken it. */
function handOn(event: Event, data: DataTransfer | null): boolean {
  return !event.composedPath()[0]!.dispatchEvent(new CustomEvent(`chat-${event.type}`, { detail: data, bubbles: true, cancelable: true }));
}

/** Returns what ends it. */
export function containEvents(place: HTMLElement): () => void {
  /** Keys that went down in the chat. They come up where the focus is by then: Escape gives it back to the page. */
  const down = new Set<string>();
  const take = (event: Event): void => {
    const path = event.composedPath();
    const ours = event.type === "keyup" && down.delete((event as KeyboardEvent).code);
    if (!ours && !path.includes(place)) return;
    event.stopImmediatePropagation();
    if (event.type === "paste" && handOn(event, (event as ClipboardEvent).clipboardData)) event.preventDefault();
    if (dragged.includes(event.type)) return drag(event as DragEvent);
    if (event.type !== "keydown") return;
    down.add((event as KeyboardEvent).code);
    const { key, code, shiftKey, ctrlKey, altKey, metaKey, isComposing, keyCode, repeat } = event as KeyboardEvent;
    const facts = { key, code, shiftKey, ctrlKey, altKey, metaKey, isComposing, keyCode, repeat };
    if (!path[0]!.dispatchEvent(new KeyboardEvent("keydown", { ...facts, bubbles: true, cancelable: true }))) event.preventDefault();
  };
  const drag = (event: DragEvent): void => {
    const { dataTransfer } = event;
    if (!dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dataTransfer.dropEffect = handOn(event, dataTransfer) ? "copy" : "none";
  };
  const types = [...kept, ...dragged];
  for (const type of types) addEventListener(type, take, true);
  return () => types.forEach((type) => removeEventListener(type, take, true));
}
