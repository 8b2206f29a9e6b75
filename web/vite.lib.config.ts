import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import manifest from "./package.json" with { type: "json" };

const packages = Object.keys(manifest.dependencies);

/** The pieces as a library: ES modules that import their packages, and one style sheet. */
export default defineConfig({
  plugins: [react()],
  publicDir: false,
  build: {
    outDir: "dist/lib",
    target: "es2023",
    minify: false,
    reportCompressedSize: false,
    lib: { entry: "src/sangha/index.ts", formats: ["es"], cssFileName: "style" },
    rolldownOptions: {
      external: (id) => packages.some((name) => id === name || id.startsWith(`${name}/`)),
      output: {
        preserveModules: true,
        preserveModulesRoot: "src/sangha",
        entryFileNames: "[name].js",
      },
    },
  },
});
