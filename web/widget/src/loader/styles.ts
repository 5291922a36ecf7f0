// Style sheets for the shadow root. Adopted ones are not subject to the page's CSP; browsers that lack them (Safari before 16.4) get an
// element, which works wherever the page allows inline styles.
export function addStyles(root: ShadowRoot, css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.prepend(style);
  }
}
