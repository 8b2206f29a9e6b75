import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojis } from "./emojis.ts";

/** The site: the app and the gallery of its pieces. */
export default defineConfig({
  plugins: [react(), emojis()],
  // `npm run dev` beside `make dev`: this server, that one's configuration.
  server: {
    host: "127.0.0.1",
    port: 5174,
    strictPort: true,
    proxy: { "/config.json": "http://127.0.0.1:5173" },
  },
  build: {
    outDir: "dist/app",
    target: "es2023",
    // Small files as data: URLs would need a laxer Content-Security-Policy.
    assetsInlineLimit: 0,
    // One file: a style that is lost with its part would stay lost when the part is loaded again.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { index: "index.html", gallery: "gallery.html" } },
  },
});
