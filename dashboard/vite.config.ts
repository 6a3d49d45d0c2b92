import react from "@vitejs/plugin-react";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { defineConfig, type Plugin } from "vite";
import { Shell } from "./src/layout/Shell";

const server = process.env.GOALROOM_URL ?? "http://127.0.0.1:4280";

// What GraphiQL alone needs lies in a folder of its own: the server reads it when it is asked for, and its size is its own.
const EXPLORER = "assets/graphiql/[name]-[hash]";
const PAGE = "assets/[name]-[hash]";
const ofExplorer = (names: readonly string[]) => names.some((name) => /graphiql|monaco|prettier|codicon/.test(name));

/** index.html holds all that is painted while the scripts load, styles too: one answer, and something is seen. */
const shell: Plugin = {
  name: "shell",
  transformIndexHtml: {
    order: "post",
    handler: (html, { path, bundle = {} }) => {
      if (path !== "/index.html") return html;
      return html
        .replace('<div id="page">', (page) => page + renderToStaticMarkup(createElement(Shell)))
        .replace(/<link rel="stylesheet"[^>]*href="\/([^"]+)">/, (link, name) => {
          const file = bundle[name];
          return file?.type === "asset" ? `<style>${file.source}</style>` : link;
        });
    },
  },
};

export default defineConfig({
  plugins: [react(), shell],
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
