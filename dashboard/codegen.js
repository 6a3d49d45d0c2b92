// Types and documents of all that the page asks for, from the *.graphql files beside the views and the printed SDL.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as documents from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse, specifiedRules, validate } from "graphql";

const OUT = "src/api/documents.ts";

const sdl = readFileSync(process.env.GOALROOM_SDL ?? "../schema/schema.graphql", "utf8");
const schema = buildSchema(sdl);
const found = readdirSync("src", { recursive: true })
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => `src/${name}`)
  .sort();
const asked = found.map((location) => ({ location, document: parse(readFileSync(location, "utf8")) }));

const all = { kind: "Document", definitions: asked.flatMap(({ document }) => document.definitions) };
const rules = specifiedRules.filter((rule) => rule.name !== "NoUnusedFragmentsRule");
const wrong = validate(schema, all, rules);
if (wrong.length > 0) {
  console.error(wrong.map(String).join("\n\n"));
  process.exit(1);
}

const config = {
  scalars: { DateTime: "string", JSON: "unknown", ID: "string" },
  strictScalars: true,
  useTypeImports: true,
  enumsAsTypes: true,
  enumType: "string-literal",
  skipTypename: true,
  inlineFragmentTypes: "combine",
};
const text = await codegen({
  filename: OUT,
  schema: parse(sdl),
  schemaAst: schema,
  documents: asked,
  config: {},
  plugins: [{ operations: config }, { documents: config }],
  pluginMap: { operations, documents },
});
writeFileSync(OUT, `// Made by codegen.js.\n${text}`);
console.log(`${OUT}: from ${found.length} files`);
