// A QR code.
import { generate } from "lean-qr";

/** Squares of a path: no image, and no style that a policy would refuse. */
export function Qr({ text, label }: { text: string; label: string }) {
  const code = generate(text);
  const quiet = 4;
  const size = code.size + 2 * quiet;
  let path = "";
  for (let y = 0; y < code.size; ++y) for (let x = 0; x < code.size; ++x) if (code.get(x, y)) path += `M${x + quiet} ${y + quiet}h1v1h-1z`;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
