// XML in and out. Stanzas are built as plain trees (`el`) and written by one escaping serializer, so no user data ever
// meets string concatenation; what arrives is parsed by the browser's DOMParser and read with `child` and `text`.

export type Attributes = Record<string, string | undefined>;
export interface Node {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly (Node | string)[];
}

/** An element to send. An attribute that is undefined is left out; a child that is null or false too. */
export function el(name: string, attributes: Attributes = {}, ...children: (Node | string | null | undefined | false)[]): Node {
  return { name, attributes, children: children.filter((c): c is Node | string => c !== null && c !== undefined && c !== false) };
}

// Characters that XML 1.0 can't carry at all: they would end the stream (not-well-formed), so they are dropped.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu;

export function escapeText(text: string): string {
  return text.replace(forbidden, "").replace(/[&<>]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : "&gt;"));
}

function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["'\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function serialize(node: Node): string {
  const attributes = Object.entries(node.attributes)
    .map(([name, value]) => (value === undefined ? "" : ` ${name}="${escapeAttribute(value)}"`))
    .join("");
  if (node.children.length === 0) return `<${node.name}${attributes}/>`;
  const inner = node.children.map((c) => (typeof c === "string" ? escapeText(c) : serialize(c))).join("");
  return `<${node.name}${attributes}>${inner}</${node.name}>`;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): unknown };
}
let trusted: ((text: string) => string) | undefined;
/** Pages with `require-trusted-types-for` refuse plain strings in DOMParser too; the result is only read, never shown as HTML. */
function trust(text: string): string {
  if (!trusted) {
    trusted = (t) => t;
    try {
      const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("teahouse", { createHTML: (t) => t });
      if (policy) trusted = (t) => policy.createHTML(t) as string;
    } catch {
      // The page's `trusted-types` list does not name us: go on with strings, which works unless the page also requires types.
    }
  }
  return trusted(text);
}

/** The root element of one WebSocket frame, or null when it is not well-formed XML. */
export function parse(text: string): Element | null {
  try {
    const root = new DOMParser().parseFromString(trust(text), "application/xml").documentElement;
    return !root || root.getElementsByTagName("parsererror").length > 0 || root.localName === "parsererror" ? null : root;
  } catch {
    return null;
  }
}

const nodeIsElement = 1;

/** Element children, by namespace and local name when they are given. */
export function children(parent: Element | null | undefined, namespace?: string, name?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent?.firstChild; node; node = node.nextSibling) {
    if (node.nodeType !== nodeIsElement) continue;
    const element = node as Element;
    if ((!namespace || element.namespaceURI === namespace) && (!name || element.localName === name)) found.push(element);
  }
  return found;
}

export function child(parent: Element | null | undefined, namespace?: string, name?: string): Element | null {
  return children(parent, namespace, name)[0] ?? null;
}

export function text(element: Element | null | undefined): string {
  return element?.textContent ?? "";
}

export function attribute(element: Element | null | undefined, name: string): string {
  return element?.getAttribute(name) ?? "";
}
