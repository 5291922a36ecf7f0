// Bundles the unit tests beside the code and runs them with node's test runner.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, ".cache/tests");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const sources = ["widget/src", "panel/src"];
const tests = sources.flatMap((source) =>
  readdirSync(join(root, source), { recursive: true })
    .filter((f) => /\.test\.tsx?$/.test(f))
    .map((f) => join(source, f)),
);
await build({
  entryPoints: tests.map((f) => join(root, f)),
  outdir: out,
  outbase: root,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["@xmldom/xmldom"],
  define: { CORE_FILE: JSON.stringify("core.js"), UI_FILE: JSON.stringify("ui.js"), CALLS_FILE: JSON.stringify("calls.js") },
  loader: { ".css": "text" },
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
});
const files = tests.map((f) => join(out, f.replace(/\.tsx?$/, ".mjs")));
process.exit(spawnSync(process.execPath, ["--test", ...process.argv.slice(2), ...files], { stdio: "inherit" }).status ?? 1);
