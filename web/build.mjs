// Builds web/dist: the widget, and the panel (panel/README.md). Of the widget, w.js is the classic script that pages name, and beside it are
// the ES modules it loads when they are needed. Their names carry a hash of their content, so they may be cached for ever; w.js must be
// revalidated.
import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const source = join(root, "widget/src");
const common = {
  bundle: true,
  minify: true,
  target: ["es2022", "chrome100", "firefox100", "safari15.4"],
  legalComments: "none",
  loader: { ".css": "text" },
  jsx: "automatic",
  jsxImportSource: "preact",
  metafile: true,
  logLevel: "warning",
  plugins: [minifyCss()],
  inject: [join(source, "own.ts")],
};

/** Style sheets are put in as minified text for adoptedStyleSheets. */
function minifyCss() {
  return {
    name: "css-text",
    setup(builder) {
      builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const { outputFiles } = await builder.esbuild.build({
          entryPoints: [path],
          minify: true,
          write: false,
          target: common.target,
          loader: { ".css": "css" },
        });
        return { contents: outputFiles[0].text.trim(), loader: "text" };
      });
    },
  };
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const chunks = await build({
  ...common,
  entryPoints: { core: join(source, "core.ts"), ui: join(source, "ui.tsx") },
  outdir: join(dist, "w"),
  format: "esm",
  splitting: true,
  entryNames: "[name]-[hash]",
  chunkNames: "shared-[hash]",
});
const fileOf = (entry) => `w/${basename(Object.entries(chunks.metafile.outputs).find(([, o]) => o.entryPoint?.endsWith(entry))[0])}`;
// By itself, with its own Preact: chunks shared by three would make more and larger files of what every page loads.
const calls = await build({
  ...common,
  entryPoints: { calls: join(source, "calls.tsx") },
  outdir: join(dist, "w"),
  format: "esm",
  splitting: true,
  entryNames: "[name]-[hash]",
  chunkNames: "calls-[name]-[hash]",
});
const callsFile = `w/${basename(Object.entries(calls.metafile.outputs).find(([, o]) => o.entryPoint?.endsWith("src/calls.tsx"))[0])}`;
const loader = await build({
  ...common,
  entryPoints: [join(source, "loader/main.ts")],
  outfile: join(dist, "w.js"),
  format: "iife",
  define: { CORE_FILE: JSON.stringify(fileOf("src/core.ts")), UI_FILE: JSON.stringify(fileOf("src/ui.tsx")), CALLS_FILE: JSON.stringify(callsFile) },
});
// What a site's owner copies beside their pages: it stands by itself, and its name stays.
await build({ ...common, inject: [], entryPoints: [join(source, "push-worker.ts")], outfile: join(dist, "w/teahouse-push.js"), format: "iife" });
// The page of an arranged call, which the server serves: all that it needs in one file, whose name stays.
await build({ ...common, entryPoints: [join(source, "call-page.tsx")], outfile: join(dist, "w/call.js"), format: "esm" });
await import("./panel/types.mjs");
const work = await build({
  ...common,
  inject: [],
  plugins: [],
  entryPoints: { work: join(root, "panel/src/work.ts") },
  outdir: join(dist, "panel"),
  format: "iife",
  entryNames: "[name]-[hash]",
});
const panel = await build({
  ...common,
  inject: [],
  plugins: [],
  loader: { ".css": "css" },
  entryPoints: { main: join(root, "panel/src/main.tsx"), preview: join(root, "panel/src/preview.ts"), panel: join(root, "panel/src/panel.css") },
  outdir: join(dist, "panel"),
  format: "esm",
  splitting: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  define: { WORK_FILE: JSON.stringify(`/panel/${basename(Object.keys(work.metafile.outputs)[0])}`) },
});
const panelFile = (entry) => basename(Object.entries(panel.metafile.outputs).find(([, o]) => o.entryPoint?.endsWith(entry))[0]);
for (const page of ["index.html", "preview.html"]) {
  const files = { css: panelFile("panel.css"), main: panelFile("main.tsx"), preview: panelFile("preview.ts") };
  const text = readFileSync(join(root, "panel", page), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => files[name]);
  writeFileSync(join(dist, "panel", page), text);
}
mkdirSync(join(root, ".cache"), { recursive: true });
writeFileSync(join(root, ".cache/meta.json"), JSON.stringify({ chunks: chunks.metafile, loader: loader.metafile, panel: panel.metafile }));
