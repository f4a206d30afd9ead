// What build.mjs wrote, and whether style guide, style sheet and README still speak of the same classes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const at = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(at(path), "utf8");
const manifest = JSON.parse(read("dist/manifest.json"));
const css = read("dist/comity.css");
const pages = readdirSync(at("styleguide")).filter((name) => name.endsWith(".html"));
const classes = (html) => [...html.matchAll(/ class="([^"]*)"/g)].flatMap(([, names]) => names.split(" "));
// Hooks that need no rule of their own.
const UNSTYLED = new Set(["items", "upload"]);

test("the manifest's hashes are the files' hashes", () => {
  for (const [name, { sha256, bytes }] of Object.entries(manifest)) {
    const content = readFileSync(at(`dist/${name}`));
    assert.equal(createHash("sha256").update(content).digest("hex"), sha256, name);
    assert.equal(content.length, bytes, name);
  }
});

test("the same sources give the same bytes", () => {
  execFileSync(process.execPath, [fileURLToPath(at("build.mjs"))], { stdio: "ignore" });
  assert.deepEqual(JSON.parse(read("dist/manifest.json")), manifest);
});

test("the style sheet is at most 30 kB", () => assert.ok(Buffer.byteLength(css) <= 30 * 1024, String(css.length)));

test("the style sheet fetches nothing but its own fonts", () => {
  const addresses = [...css.matchAll(/url\(([^)]*)\)/g)].map(([, address]) => address.split("?")[0]);
  assert.ok(addresses.length >= 5);
  for (const address of addresses) assert.ok(address in manifest, address);
  assert.doesNotMatch(css, /@import/);
});

test("no custom property is used without being set", () => {
  const set = new Set([...css.matchAll(/(--[a-z0-9]+):/g)].map(([, name]) => name));
  const used = [...css.matchAll(/var\((--[a-z0-9]+)/g)].map(([, name]) => name);
  assert.ok(used.length > 100);
  assert.deepEqual([...new Set(used)].filter((name) => !set.has(name)), []);
});

for (const page of pages) {
  test(`style guide ${page}: no inline style or script, and every class has a rule`, () => {
    const html = read(`styleguide/${page}`);
    assert.doesNotMatch(html, / style="| on[a-z]+="|<style|<script(?![^>]* src=)/);
    const unknown = classes(html).filter((name) => !UNSTYLED.has(name) && !new RegExp(`\\.${name}(?![a-z0-9-])`).test(css));
    assert.deepEqual([...new Set(unknown)], []);
  });
}

test("the README documents every class of the style guide", () => {
  const readme = read("README.md");
  const names = new Set(pages.flatMap((page) => classes(read(`styleguide/${page}`))));
  assert.deepEqual([...names].filter((name) => !/^w-\d+$/.test(name) && !readme.includes(name)), []);
});

test("no script asks for what the content policy forbids", () => {
  for (const name of ["comity.js", "comity-vault.js"]) assert.doesNotMatch(read(`dist/${name}`), /\beval\(|new Function\(|WebAssembly|importScripts/, name);
});
