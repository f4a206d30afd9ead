// Writes dist/: one style sheet, two scripts, the fonts, the sign of the window, and a manifest of their hashes. Same sources, same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const CSS_BUDGET = 30 * 1024;
const JS_BUDGET = 12 * 1024;
// Only the pages of the vault load it: half of it is post-quantum and elliptic-curve arithmetic.
const VAULT_BUDGET = 130 * 1024;

const FONTS = [
  ["source-sans-3", "source-sans-3-latin-400"],
  ["source-sans-3", "source-sans-3-latin-600"],
  ["source-sans-3", "source-sans-3-latin-ext-400"],
  ["source-sans-3", "source-sans-3-latin-ext-600"],
  ["source-code-pro", "source-code-pro-latin-400"],
];

const hash = (bytes, algorithm, encoding) => createHash(algorithm).update(bytes).digest(encoding);

function write(name, bytes) {
  const file = join(dist, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function copyFonts() {
  const versions = new Map();
  for (const [family, face] of FONTS) {
    const bytes = readFileSync(join(here, "node_modules/@fontsource", family, "files", `${face}-normal.woff2`));
    write(`fonts/${face}.woff2`, bytes);
    versions.set(`fonts/${face}.woff2`, hash(bytes, "sha256", "hex").slice(0, 12));
  }
  for (const family of new Set(FONTS.map(([name]) => name))) {
    write(`fonts/LICENSE-${family}.txt`, readFileSync(join(here, "node_modules/@fontsource", family, "LICENSE")));
  }
  return versions;
}

async function bundle(entry, options) {
  const result = await build({
    absWorkingDir: here,
    bundle: true,
    charset: "utf8",
    entryPoints: [entry],
    legalComments: "none",
    logLevel: "warning",
    minify: true,
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}

function withFontVersions(css, versions) {
  return css.replace(/url\("?(fonts\/[a-z0-9-]+\.woff2)"?\)/g, (_, name) => {
    const version = versions.get(name);
    if (!version) throw new Error(`the style sheet names a font that is not copied: ${name}`);
    return `url(${name}?v=${version})`;
  });
}

// The spacing scale is a source-level convenience: its values go in, its names go. The other custom properties get
// short names, numbered as they appear, because the minifier leaves names and their values as they are.
function compact(css) {
  const scale = new Map();
  const rest = css.replace(/--(s\d+|round|measure): ?([^;}]+);?/g, (_, name, value) => (scale.set(name, value), ""));
  const names = new Map();
  const short = (name) => {
    if (!names.has(name)) names.set(name, `--${names.size.toString(36)}`);
    return names.get(name);
  };
  return rest
    .replace(/var\(--(s\d+|round|measure)\)/g, (_, name) => scale.get(name))
    .replace(/(--[a-z-]+): /g, "$1:")
    .replace(/--[a-z-]+/g, short)
    .replace(/ (format\("woff2"\))/g, "$1")
    .replace(/, /g, ",");
}

// Every source file is a layer block of its own; neighbours of one layer become one block.
function joinLayers(css) {
  const blocks = [];
  for (let start = 0, depth = 0, i = 0; i < css.length; i += 1) {
    if (css[i] === "{") depth += 1;
    if (css[i] === "}") depth -= 1;
    if (depth !== 0 || (css[i] !== "}" && css[i] !== ";")) continue;
    const block = css.slice(start, i + 1);
    const head = /^@layer [a-z]+\{/.exec(block)?.[0];
    const last = blocks.at(-1);
    if (head && last?.startsWith(head)) blocks[blocks.length - 1] = last.slice(0, -1) + block.slice(head.length);
    else blocks.push(block);
    start = i + 1;
  }
  return blocks.join("");
}

function checkBudget(name, text, budget) {
  const bytes = Buffer.byteLength(text);
  if (bytes > budget) throw new Error(`${name} has ${bytes} bytes, more than its budget of ${budget}`);
}

function listFiles(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name), `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
  );
}

rmSync(dist, { recursive: true, force: true });
const versions = copyFonts();
const css = joinLayers(compact(withFontVersions(await bundle("src/css/index.css", { external: ["fonts/*"] }), versions)));
const js = await bundle("src/ts/main.ts", { format: "esm", target: "es2022" });
const vault = await bundle("src/ts/vault/main.ts", { format: "esm", target: "es2022" });
checkBudget("comity.css", css, CSS_BUDGET);
checkBudget("comity.js", js, JS_BUDGET);
checkBudget("comity-vault.js", vault, VAULT_BUDGET);
write("comity.css", css);
write("comity.js", js);
write("comity-vault.js", vault);
write("favicon.svg", readFileSync(join(here, "src/images/favicon.svg")));

const manifest = Object.fromEntries(
  listFiles(dist)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(dist, name));
      const entry = { bytes: bytes.length, sha256: hash(bytes, "sha256", "hex"), integrity: `sha384-${hash(bytes, "sha384", "base64")}` };
      return [name, entry];
    }),
);
write("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
for (const [name, { bytes }] of Object.entries(manifest)) console.log(`${String(bytes).padStart(7)}  ${name}`);
