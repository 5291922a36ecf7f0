// The worker that does an order's work, so that the page goes on meanwhile.
import { solve } from "./proof.ts";

addEventListener("message", ({ data }: MessageEvent<{ puzzle: string; bits: number }>) => postMessage(String(solve(data.puzzle, data.bits))));
