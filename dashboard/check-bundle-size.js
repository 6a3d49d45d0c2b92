// Compresses the built files, and fails if the scripts are too large.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

// With gzip. GraphiQL is loaded by nobody who does not ask for it.
const MAX_BYTES = { "": 250_000, "assets/graphiql/": 1_800_000 };

const scriptBytes = { "": 0, "assets/graphiql/": 0 };
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(html|js|css|svg|ttf|txt)$/.test(name)) continue;
  const content = readFileSync(`dist/${name}`);
  const gzipped = gzipSync(content, { level: 9 });
  writeFileSync(`dist/${name}.gz`, gzipped);
  writeFileSync(`dist/${name}.br`, brotliCompressSync(content));
  const folder = name.startsWith("assets/graphiql/") ? "assets/graphiql/" : "";
  if (name.endsWith(".js")) scriptBytes[folder] += gzipped.length;
}
for (const [folder, bytes] of Object.entries(scriptBytes)) {
  console.log(
    `script in ${folder || "all else"}, compressed with gzip: ${bytes} of at most ${MAX_BYTES[folder]} bytes`,
  );
  if (bytes > MAX_BYTES[folder]) process.exitCode = 1;
}
