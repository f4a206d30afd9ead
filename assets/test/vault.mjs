// The modules of the browser as node can load them.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export async function load() {
  const outfile = join(mkdtempSync(join(tmpdir(), "comity-vault-")), "parts.mjs");
  const source = fileURLToPath(new URL("parts.ts", import.meta.url));
  await build({ entryPoints: [source], bundle: true, format: "esm", platform: "node", target: "node20", outfile, logLevel: "warning" });
  return import(pathToFileURL(outfile));
}
