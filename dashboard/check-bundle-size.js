// Compresses the built files, and fails if the scripts are too large.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const MAX_SCRIPT_BYTES = 250_000;

let scriptBytes = 0;
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const content = readFileSync(`dist/${name}`);
  const gzipped = gzipSync(content, { level: 9 });
  writeFileSync(`dist/${name}.gz`, gzipped);
  writeFileSync(`dist/${name}.br`, brotliCompressSync(content));
  if (name.endsWith(".js")) scriptBytes += gzipped.length;
}
console.log(`script, compressed with gzip: ${scriptBytes} of at most ${MAX_SCRIPT_BYTES} bytes`);
if (scriptBytes > MAX_SCRIPT_BYTES) process.exit(1);
