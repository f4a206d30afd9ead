// WCAG 2.2: 4.5 for text (1.4.3), 3 for the edges of controls, marks and bars (1.4.11), in both themes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const TEXT = 4.5;
const EDGE = 3;
const css = readFileSync(new URL("../src/css/tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

// Lines between paragraphs and rows carry no meaning (1.4.11 leaves them out).
const DECORATION = ["line"];
const GROUNDS = ["ground", "raised", "field"];
const across = (inks, grounds, least) => inks.flatMap((ink) => grounds.map((ground) => [ink, ground, least]));
const PAIRS = [
  ...across(["text", "dim", "accent", "accent-deep", "due", "red", "done"], GROUNDS, TEXT),
  ...across(["text", "dim", "accent", "accent-deep"], ["accent-soft"], TEXT),
  ...across(["text", "accent", "due"], ["due-soft"], TEXT),
  ...across(["text", "accent", "red"], ["red-soft"], TEXT),
  ...across(["text", "accent", "done"], ["done-soft"], TEXT),
  ...across(["on-accent"], ["accent", "accent-deep"], TEXT),
  ...across(["on-red"], ["red"], TEXT),
  ...across(["edge", "due-fill", "focus", "accent", "red", "done"], GROUNDS, EDGE),
  ...across(["edge"], ["accent-soft"], EDGE),
];

function luminance(hex) {
  const channel = (at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

test("black on white is 21 to 1", () => assert.equal(contrast("#000000", "#ffffff").toFixed(2), "21.00"));

for (const theme of ["light", "dark"]) {
  for (const [ink, ground, least] of PAIRS) {
    test(`${theme}: ${ink} on ${ground} is at least ${least}`, () => {
      const ratio = contrast(tokens.get(ink)[theme], tokens.get(ground)[theme]);
      assert.ok(ratio >= least, ratio.toFixed(2));
    });
  }
}

test("every colour token is in some pair", () => {
  const used = new Set([...PAIRS.flatMap(([ink, ground]) => [ink, ground]), ...DECORATION]);
  assert.deepEqual([...tokens.keys()].filter((name) => !used.has(name)), []);
});
