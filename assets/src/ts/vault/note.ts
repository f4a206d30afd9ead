// Signed notes (C2SP `signed-note`) with Ed25519, as crates/ledger/src/note.rs writes and takes them.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, fromBase64, join, toBase64, toHex, utf8 } from "./bytes";

const ED25519 = 1;
const MAX_NOTE = 1 << 20;

export interface Verifier {
  name: string;
  id: Bytes;
  key: Bytes;
}

export function verifier(name: string, key: Bytes): Verifier {
  if (name === "" || utf8(name).length > 255 || /[\p{White_Space}\p{Cc}+]/u.test(name)) throw new Error("a name that cannot stand in a signature line");
  const id = sha256(join(utf8(`${name}\n`), Uint8Array.of(ED25519), key)).slice(0, 4) as Bytes;
  return { name, id, key };
}

export const verifierText = ({ name, id, key }: Verifier): string => `${name}+${toHex(id)}+${toBase64(join(Uint8Array.of(ED25519), key))}`;

export function readVerifier(text: string): Verifier {
  const [, name = "", material = ""] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(text) ?? [];
  const bytes = fromBase64(material);
  if (bytes[0] !== ED25519 || bytes.length !== 33) throw new Error("not an Ed25519 verifier key");
  const found = verifier(name, bytes.slice(1));
  if (verifierText(found) !== text) throw new Error("not a verifier key");
  return found;
}

function line({ name, id }: Verifier, signature: Uint8Array): string {
  return `— ${name} ${toBase64(join(id, signature))}\n`;
}

// `text` ends with a newline.
export function sign(text: string, name: string, seed: Bytes): string {
  const by = verifier(name, ed25519.getPublicKey(seed) as Bytes);
  return `${text}\n${line(by, ed25519.sign(utf8(text), seed))}`;
}

// The text of a note that has exactly one signature, of one of these keys, and is written in the one way there is.
export function open(note: Uint8Array, keys: Verifier[]): { text: string; by: Verifier } {
  if (note.length > MAX_NOTE || note.some((byte) => byte < 0x20 && byte !== 0x0a)) throw new Error("not a signed note");
  const whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(note);
  const split = whole.lastIndexOf("\n\n");
  const parts = /^— (\S+) (\S+)\n$/u.exec(whole.slice(split + 2));
  if (split < 0 || !parts) throw new Error("not a note with one signature");
  const [, name = "", encoded = ""] = parts;
  const bytes = fromBase64(encoded);
  const by = keys.find((key) => key.name === name && toHex(key.id) === toHex(bytes.subarray(0, 4)));
  if (!by) throw new Error("no known key has signed");
  const text = whole.slice(0, split + 1);
  // Base64 may be written in more than one way.
  if (`${text}\n${line(by, bytes.subarray(4))}` !== whole) throw new Error("it is not written as a note is");
  // As strict as the server: no key or signature that holds for more than one text.
  if (bytes.length !== 68 || !ed25519.verify(bytes.subarray(4), utf8(text), by.key, { zip215: false })) throw new Error("the signature does not hold");
  return { text, by };
}
