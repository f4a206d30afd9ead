// The manifest of a delivery, one line of canonical JSON (RFC 8785) in a signed note: crates/evidence/src/manifest.rs.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, toHex, utf8 } from "./bytes";
import { type Verifier, open, sign } from "./note";

const TYPE = "comity manifest v1";
const MEANING = "The files were sealed before they were sent. Only holders of a vault key of the recipients can read them; the instances that carry and store them cannot.";
const MAX_TEXT = 1_000;
const MAX_FILES = 1_000;
const MAX_ITEMS = 100;
const MAX_NAME = 255;

export interface FileEntry {
  number: number;
  name: string;
  media_type: string;
  size: number;
  sha256_plain: string;
  sha256_cipher: string;
  items: string[];
  acquired: string;
}

export interface Manifest {
  delivery: string;
  previous: string | null;
  request: { id: string; reference: string };
  basis: { procedure: string; version: string; sha256: string };
  purpose: string;
  producer: { organisation: string; system: string; tool: string };
  made: string;
  encryption: { mode: "end-to-end"; meaning: string; recipients: string[] };
  retention: { rule: string; until: string | null };
  files: FileEntry[];
}

export const encryption = (recipients: string[]): Manifest["encryption"] => ({ mode: "end-to-end", meaning: MEANING, recipients });

type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

export function canonical(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error("no whole number that every reader reads alike");
    return String(value);
  }
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new Error("a text with half a character");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(",")}}`;
}

// A moment to the second with the offset of this computer's clock.
export function when(date: Date): string {
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  const east = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + east * 60_000).toISOString().slice(0, 19);
  return `${local}${east < 0 ? "-" : "+"}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
}

const wrong = (field: string): Error => new Error(`manifest: ${field}`);

function text(field: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || utf8(value).length > MAX_TEXT || value.trim() !== value) throw wrong(field);
  // Nothing that is not seen, and nothing that turns the direction of writing.
  if (/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u.test(value)) throw wrong(field);
  return value;
}

function matching(field: string, value: unknown, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw wrong(field);
  return value;
}

const id = (field: string, value: unknown): string => matching(field, value, /^[!-~]{1,100}$/);
const hash = (field: string, value: unknown): string => matching(field, value, /^[0-9a-f]{64}$/);

function moment(field: string, value: unknown): string {
  const found = matching(field, value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  if (found.endsWith("-00:00") || Number.isNaN(Date.parse(found))) throw wrong(field);
  return found;
}

function file(entry: FileEntry, number: number): FileEntry {
  const name = text("files.name", entry.name);
  if (entry.number !== number || utf8(name).length > MAX_NAME || /[/\\]|^\.+$/.test(name)) throw wrong("files");
  const items = [...new Set(entry.items.map((item) => id("files.items", item)))].sort();
  if (items.length < 1 || items.length > MAX_ITEMS || !Number.isSafeInteger(entry.size)) throw wrong("files");
  const media_type = matching("files.media_type", id("files.media_type", entry.media_type), /^\/*[^/]+\/+[^/]+\/*$/);
  const sha256_plain = hash("files.sha256_plain", entry.sha256_plain);
  const sha256_cipher = hash("files.sha256_cipher", entry.sha256_cipher);
  return { number, name, media_type, size: entry.size, sha256_plain, sha256_cipher, items, acquired: moment("files.acquired", entry.acquired) };
}

// What a manifest may say and nothing beside it: written anew field by field, so that a name that is unknown shows.
function checked(m: Manifest): Manifest {
  const recipients = [...new Set(m.encryption.recipients.map((one) => hash("encryption.recipients", one)))].sort();
  if (m.encryption.mode !== "end-to-end" || m.encryption.meaning !== MEANING || recipients.length < 1) throw wrong("encryption");
  if (m.files.length < 1 || m.files.length > MAX_FILES) throw wrong("files");
  const files = m.files.map((entry, at) => file(entry, at + 1));
  if (new Set(files.map(({ name }) => name)).size < files.length) throw wrong("files: two of one name");
  return {
    delivery: id("delivery", m.delivery),
    previous: m.previous === null ? null : hash("previous", m.previous),
    request: { id: id("request.id", m.request.id), reference: id("request.reference", m.request.reference) },
    basis: { procedure: id("basis.procedure", m.basis.procedure), version: id("basis.version", m.basis.version), sha256: hash("basis.sha256", m.basis.sha256) },
    purpose: text("purpose", m.purpose),
    producer: { organisation: text("producer.organisation", m.producer.organisation), system: text("producer.system", m.producer.system), tool: text("producer.tool", m.producer.tool) },
    made: moment("made", m.made),
    encryption: encryption(recipients),
    retention: { rule: text("retention.rule", m.retention.rule), until: m.retention.until === null ? null : moment("retention.until", m.retention.until) },
    files,
  };
}

const line = (manifest: Manifest): string => `${canonical({ body: checked(manifest), type: TYPE } as unknown as Json)}\n`;

export const signed = (manifest: Manifest, name: string, seed: Bytes): string => sign(line(manifest), name, seed);

export const sha256Of = (note: Uint8Array): string => toHex(sha256(note));

export function read(note: Uint8Array, keys: Verifier[]): Manifest {
  const { text } = open(note, keys);
  const { body, type } = JSON.parse(text) as { body: Manifest; type: unknown };
  if (type !== TYPE) throw new Error("not a manifest of a known version");
  if (line(body) !== text) throw new Error("it is not written canonically");
  return checked(body);
}
