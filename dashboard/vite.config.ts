import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.GOALROOM_URL ?? "http://127.0.0.1:4280";

// What GraphiQL alone needs lies in a folder of its own: the server reads it when it is asked for, and its size is its own.
const EXPLORER = "assets/graphiql/[name]-[hash]";
const PAGE = "assets/[name]-[hash]";
const ofExplorer = (names: readonly string[]) => names.some((name) => /graphiql|monaco|prettier|codicon/.test(name));

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Of React's compiler, in packages that were compiled already.
      checks: { moduleLevelDirective: false },
      input: ["index.html", "graphiql.html"],
      output: {
        entryFileNames: ({ facadeModuleId }) => `${ofExplorer([facadeModuleId ?? ""]) ? EXPLORER : PAGE}.js`,
        chunkFileNames: ({ moduleIds }) => `${ofExplorer(moduleIds) ? EXPLORER : PAGE}.js`,
        assetFileNames: ({ names, originalFileNames }) =>
          `${ofExplorer([...names, ...originalFileNames]) ? EXPLORER : PAGE}[extname]`,
      },
    },
  },
  worker: { rolldownOptions: { output: { entryFileNames: `${EXPLORER}.js`, chunkFileNames: `${EXPLORER}.js` } } },
  // With the pages of docs/ whose lines are shown.
  server: {
    fs: { allow: [".."] },
    proxy: { "/graphql": { target: server, ws: true }, "/login": server, "/logout": server },
  },
});
