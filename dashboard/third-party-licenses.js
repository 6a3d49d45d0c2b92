// Writes dist/third-party-licenses.txt: what is built into the page, and under which terms.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const parts = [];
for (const [folder, { dev, version }] of Object.entries(packages)) {
  // Not our own package, and not what only the build needs.
  if (!folder || dev) continue;
  const { name, license, private: isPrivate } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  if (isPrivate) continue;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
  parts.push([`${name} ${version} (${license})`, ...texts].join("\n\n"));
}
writeFileSync("dist/third-party-licenses.txt", `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
console.log(`dist/third-party-licenses.txt: ${parts.length} packages`);
