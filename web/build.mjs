// `npm run build`: the site to dist/app, the pieces as a library to dist/lib, both compressed.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest)$/;
const WORTH_BYTES = 1024;

function compress(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!COMPRESSIBLE.test(path) || statSync(path).size < WORTH_BYTES) continue;
    const content = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
  }
}

function run(command, ...args) {
  const done = spawnSync(join("node_modules", ".bin", command), args, { stdio: "inherit" });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

rmSync("dist", { recursive: true, force: true });
await build({ configFile: "vite.config.ts", logLevel: "warn" });
await build({ configFile: "vite.lib.config.ts", logLevel: "warn" });
run("tsc", "--build", "--force", "tsconfig.sangha.json");
compress(join("dist", "app"));
