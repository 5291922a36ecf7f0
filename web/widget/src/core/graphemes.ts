// What people take for one character (UAX 29): a letter with its marks, a flag, emoji that are joined into one.

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : null;

/** One after the other, so that only as much of a hostile text is looked at as is wanted. Browsers that can't tell give code points. */
export function* graphemes(text: string): Iterable<string> {
  if (!segmenter) return yield* text;
  for (const { segment } of segmenter.segment(text)) yield segment;
}
