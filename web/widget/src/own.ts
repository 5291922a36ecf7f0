// The browser's functions that the widget relies on, as they were when w.js was loaded: other scripts of the page replace them, then or
// later, by what works otherwise. The build puts these names in place of the globals (web/build.mjs), here and in the libraries.
// What is loaded later takes what w.js had, which stands at `teahouse.own`. Methods of arrays and strings can't be kept apart from the
// page's: those that old libraries are known to replace (reduce, entries, Array.from, scrollTo) are not used.

type Globals = typeof globalThis;

/** A namespace by itself: setting one of its functions later does not reach the copy. */
function copy<T extends object>(namespace: T): T {
  const { create, getOwnPropertyDescriptors } = globalThis.Object;
  return create(null, getOwnPropertyDescriptors(namespace)) as T;
}

/** What came to this list later than others: an older w.js of the same page did not keep it. */
function keepMedia(page: Globals): Partial<Globals> {
  const { XMLHttpRequest, Blob, CustomEvent, createImageBitmap, MediaRecorder, AudioContext, RTCPeerConnection, MediaStream } = page;
  return { XMLHttpRequest, Blob, CustomEvent, createImageBitmap, MediaRecorder, AudioContext, RTCPeerConnection, MediaStream };
}

function keep(page: Globals): Globals {
  const { fetch, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, requestAnimationFrame, matchMedia, atob, btoa } = page;
  const { Promise, Map, Set, WeakSet, Date, URL, URLSearchParams, WebSocket, BroadcastChannel, TextEncoder, TextDecoder, DOMParser } = page;
  const {
    addEventListener,
    removeEventListener,
    ResizeObserver,
    MutationObserver,
    KeyboardEvent,
    CSSStyleSheet,
    AbortController,
    Intl,
    crypto,
    performance,
  } = page;
  const [JSON, Math, Object, console] = [page.JSON, page.Math, page.Object, page.console].map(copy) as [JSON, Math, ObjectConstructor, Console];
  return {
    ...{ fetch, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, requestAnimationFrame, matchMedia, atob, btoa },
    ...{ Promise, Map, Set, WeakSet, Date, URL, URLSearchParams, WebSocket, BroadcastChannel, TextEncoder, TextDecoder, DOMParser },
    ...{
      addEventListener,
      removeEventListener,
      ResizeObserver,
      MutationObserver,
      KeyboardEvent,
      CSSStyleSheet,
      AbortController,
      Intl,
      crypto,
      performance,
    },
    ...{ JSON, Math, Object, console },
    ...keepMedia(page),
  } as Globals;
}

const kept = (globalThis as { teahouse?: { own?: Globals } }).teahouse?.own;
export const own: Globals = kept ? { ...keepMedia(globalThis), ...kept } : keep(globalThis);

export const { fetch, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, requestAnimationFrame, matchMedia, atob, btoa } = own;
export const { Promise, Map, Set, WeakSet, Date, URL, URLSearchParams, WebSocket, BroadcastChannel, TextEncoder, TextDecoder, DOMParser } = own;
export const {
  addEventListener,
  removeEventListener,
  ResizeObserver,
  MutationObserver,
  KeyboardEvent,
  CSSStyleSheet,
  AbortController,
  Intl,
  crypto,
  performance,
} = own;
export const { XMLHttpRequest, Blob, CustomEvent, createImageBitmap, MediaRecorder, AudioContext, RTCPeerConnection, MediaStream } = own;
export const { JSON, Math, Object, console } = own;
