// Compresses what was built, and refuses a page that has grown too heavy.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const MOST_SCRIPT = 250_000;

let script = 0;
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const content = readFileSync(`dist/${name}`);
  const gzipped = gzipSync(content, { level: 9 });
  writeFileSync(`dist/${name}.gz`, gzipped);
  writeFileSync(`dist/${name}.br`, brotliCompressSync(content));
  if (name.endsWith(".js")) script += gzipped.length;
}
console.log(`script, compressed with gzip: ${script} of at most ${MOST_SCRIPT} bytes`);
if (script > MOST_SCRIPT) process.exit(1);
