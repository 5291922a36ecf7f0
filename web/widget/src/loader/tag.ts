// Which script tag is ours. A classic script is told by the browser; a module, and a script in a shadow root, must look for it.

function isOurs(node: Node): node is HTMLScriptElement {
  return node instanceof HTMLScriptElement && node.dataset.site !== undefined && /\/w\.js([?#]|$)/.test(node.src);
}

export function findTag(): HTMLScriptElement | null {
  const running = document.currentScript;
  if (running instanceof HTMLScriptElement && running.src) return running;
  const tag = [...document.querySelectorAll("script")].filter(isOurs).at(-1);
  if (!tag) {
    console.error(
      'teahouse: w.js does not find its script tag. Write <script async src="https://…/w.js" data-site="pk_…"></script> into the page itself: ' +
        "not bundled with other scripts, not imported, and not in a shadow root.",
    );
  }
  return tag ?? null;
}

/** Tells of each later tag that is a module: the browser runs a module once, however many tags name it. */
export function watchModules(first: HTMLScriptElement, run: (tag: HTMLScriptElement) => void): void {
  if (first.type !== "module") return;
  new MutationObserver((changes) => {
    const added = changes
      .flatMap((change) => [...change.addedNodes])
      .flatMap((node) => (node instanceof Element ? [node, ...node.querySelectorAll("script")] : []));
    const tag = added
      .filter(isOurs)
      .filter((script) => script.src === first.src && script.type === "module")
      .at(-1);
    if (tag) run(tag);
  }).observe(document, { childList: true, subtree: true });
}
