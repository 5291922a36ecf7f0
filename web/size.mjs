// Prints the sizes of web/dist as they go over the wire (gzip) and fails when they are over what we promise.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const beforeOpenedBytesMax = 40 * 1024;
const callsBytesMax = 40 * 1024;
const groupBytesMax = 20 * 1024;
const allBytesMax = 150 * 1024;
const pageBytesMax = 80 * 1024;
const panelBytesMax = 48 * 1024;
const panelPagesBytesMax = 80 * 1024;
const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
const files = ["w.js", ...["w", "panel"].flatMap((folder) => readdirSync(join(dist, folder)).map((f) => `${folder}/${f}`))];
const sizes = Object.fromEntries(files.map((f) => [f, size(f)]));
for (const [file, bytes] of Object.entries(sizes)) console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${file}`);

/** The panel's files that main does not import, but loads when a page of theirs is opened. */
function sumOfLater() {
  const { outputs } = JSON.parse(readFileSync(join(root, ".cache/meta.json"), "utf8")).panel;
  const first = new Set();
  const add = (path) => {
    if (first.has(path)) return;
    first.add(path);
    for (const { path: next, kind } of outputs[path].imports) if (kind === "import-statement") add(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (/(main\.tsx|preview\.ts|panel\.css)$/.test(entryPoint ?? "")) add(path);
  return Object.keys(outputs).reduce((sum, path) => sum + (first.has(path) ? 0 : sizes[`panel/${basename(path)}`]), 0);
}

const sumOf = (pattern) => Object.entries(sizes).reduce((sum, [f, bytes]) => sum + (pattern.test(f) ? bytes : 0), 0);
/** Everything but the look of the opened chat: what a page loads for a signed-in user who never opens it. */
const before = sumOf(/^(w\.js|w\/(?!ui-|calls-|call\.js|teahouse-push).*)$/);
/** What the first call loads besides: nobody else does. */
const calls = sumOf(/^w\/calls-(?!group-)/);
/** What the first call of a room loads beside that. */
const group = sumOf(/^w\/calls-group-/);
/** The page of an arranged call stands by itself. */
const page = sumOf(/^w\/call\.js$/);
/** The panel, which the widget has nothing to do with: what each visit loads, and that with all pages. */
const panelPages = sumOf(/^panel\//);
const panel = panelPages - sumOfLater();
const all = Object.values(sizes).reduce((a, b) => a + b, 0) - page - panelPages;
const limits = [
  [before, beforeOpenedBytesMax, "before it is opened"],
  [calls, callsBytesMax, "for the first call alone"],
  [group, groupBytesMax, "for the first call of a room besides"],
  [page, pageBytesMax, "for the page of an arranged call"],
  [all, allBytesMax, "in all"],
  [panel, panelBytesMax, "for the panel, before a page of it is opened"],
  [panelPages, panelPagesBytesMax, "for all of the panel"],
];
for (const [bytes, most, what] of limits) console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${what} (at most ${most / 1024})`);
if (limits.some(([bytes, most]) => bytes > most)) {
  console.error("The widget or the panel is larger than promised.");
  process.exit(1);
}
