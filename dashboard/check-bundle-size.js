// Compresses the built files, and fails if the scripts are too large.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

// With gzip: what is loaded before the first view is seen, all other views, and GraphiQL, which nobody loads unasked.
const MAX_BYTES = { "the first view": 250_000, "all views": 400_000, GraphiQL: 1_800_000 };
const FIRST_VIEW = /^Now-/;
// `import{a}from"./b.js"` and `import"./b.js"`; a view that is loaded when it is opened is `import("./b.js")`.
const IMPORT = /(?:from|import)"\.\/([^"]+\.js)"/g;

const scripts = new Map();
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(html|js|css|svg|ttf|txt)$/.test(name)) continue;
  const content = readFileSync(`dist/${name}`);
  const gzipped = gzipSync(content, { level: 9 });
  writeFileSync(`dist/${name}.gz`, gzipped);
  writeFileSync(`dist/${name}.br`, brotliCompressSync(content));
  if (name.endsWith(".js")) scripts.set(name, { text: content.toString(), bytes: gzipped.length });
}

/** These scripts with all that they import at once. */
function withImports(names) {
  const found = new Set(names);
  for (const name of found)
    for (const [, file] of scripts.get(name)?.text.matchAll(IMPORT) ?? []) found.add(`assets/${file}`);
  return found;
}

const page = readFileSync("dist/index.html", "utf8");
const entry = [...page.matchAll(/src="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name);
const inExplorer = (name) => name.startsWith("assets/graphiql/");
const first = withImports([...entry, ...[...scripts.keys()].filter((name) => FIRST_VIEW.test(basename(name)))]);
const bytesOf = (names) => names.reduce((sum, name) => sum + scripts.get(name).bytes, 0);
const bytes = {
  "the first view": bytesOf([...first]),
  "all views": bytesOf([...scripts.keys()].filter((name) => !inExplorer(name))),
  GraphiQL: bytesOf([...scripts.keys()].filter(inExplorer)),
};
for (const [what, size] of Object.entries(bytes)) {
  console.log(`script of ${what}, compressed with gzip: ${size} of at most ${MAX_BYTES[what]} bytes`);
  if (size > MAX_BYTES[what]) process.exitCode = 1;
}
