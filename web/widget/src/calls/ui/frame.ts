// The frame of a call's window: its size, and where the focus is while it is there.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { activeIn } from "../../ui/focus.ts";

export interface Frame {
  box: RefObject<HTMLElement | null>;
  small: boolean;
  setSmall: (small: boolean) => void;
  large: boolean;
  setLarge: (large: boolean) => void;
}

/** Takes the focus, and gives it back at the end. A call that is over is never small. */
export function useFrame(going: boolean): Frame {
  const [small, setSmall] = useState(false);
  const [large, setLarge] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = activeIn(box.current!);
    box.current!.focus({ preventScroll: true });
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (!going) setSmall(false);
  }, [going]);
  return { box, small, setSmall, large, setLarge };
}
