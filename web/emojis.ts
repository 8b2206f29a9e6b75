import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const FOLDER = "emojis/en";
const FILES = ["data.json", "messages.json"];
/** The crown is the owner's: no role can have it, so no picker offers it. */
const RESERVED = "1F451";

/** Serves Emojibase's English data from our own origin, where the icon picker asks for it. */
export function emojis(): Plugin {
  const require = createRequire(import.meta.url);
  const read = (name: string): string => {
    const text = readFileSync(require.resolve(`emojibase-data/en/${name}`), "utf8");
    if (name !== "data.json") return text;
    const all = JSON.parse(text) as { hexcode: string }[];
    return JSON.stringify(all.filter((emoji) => emoji.hexcode !== RESERVED));
  };
  return {
    name: "sangha-emojis",
    generateBundle() {
      for (const name of FILES) {
        this.emitFile({ type: "asset", fileName: `${FOLDER}/${name}`, source: read(name) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = FILES.find((file) => request.url === `/${FOLDER}/${file}`);
        if (name === undefined) return next();
        response.setHeader("Content-Type", "application/json");
        response.end(read(name));
      });
    },
  };
}
