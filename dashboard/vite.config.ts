import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.GOALROOM_URL ?? "http://127.0.0.1:4280";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // With docs/connect.md, whose lines the page shows.
  server: {
    fs: { allow: [".."] },
    proxy: { "/graphql": { target: server, ws: true }, "/login": server },
  },
});
