// A picture that was decoded by hand, on a canvas.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { readThumb } from "../files/picture.ts";

export function Bitmap({ bitmap, class: className }: { bitmap: ImageBitmap; class?: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const { width, height } = bitmap;
    Object.assign(canvas.current!, { width, height });
    canvas.current!.getContext("2d")?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  return <canvas ref={canvas} class={className} />;
}

/** The thumbnail of a message. */
export function Thumb({ uri }: { uri: string }): JSX.Element | null {
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null);
  useEffect(() => {
    let live = true;
    void readThumb(uri).then((read) => live && setBitmap(read));
    return () => {
      live = false;
    };
  }, [uri]);
  return bitmap && <Bitmap bitmap={bitmap} class="thumb" />;
}
