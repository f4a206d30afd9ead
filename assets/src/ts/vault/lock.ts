// An officer's key locked by a passkey or by a code on paper: the format of crates/evidence/src/wrap.rs, byte for byte.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { type Bytes, join, random, utf8 } from "./bytes";
import { Key, type Kind } from "./key";

export type By = "code" | "passkey";

// What a passkey is asked with (`prf.eval.first`).
export const PASSKEY_INPUT = utf8("comity officer key v1");

const HEAD = utf8("comity vaultkey");
const VERSION = 1;
const BY: Record<By, { byte: number; label: Bytes; secret: number }> = {
  code: { byte: 1, label: utf8("comity vault key by code v1"), secret: 20 },
  passkey: { byte: 3, label: utf8("comity vault key by passkey v1"), secret: 32 },
};
const KINDS: Kind[] = ["classic", "hybrid"];
const SALT = 32;
const LOCKED = HEAD.length + 2 + SALT + 1 + 32 + 16;
const CODE_PREFIX = "recovery";

function cipher(by: By, secret: Uint8Array, salt: Uint8Array, recipient: string) {
  if (secret.length !== BY[by].secret) throw new Error("a secret of another length");
  const key = hkdf(sha256, secret, salt, BY[by].label, 32);
  // A nonce of zeros: no two salts are the same.
  return xchacha20poly1305(key, new Uint8Array(24), join(header(by), utf8(recipient)));
}

const header = (by: By): Bytes => join(HEAD, Uint8Array.of(VERSION, BY[by].byte));

export function lock(by: By, secret: Uint8Array, key: Key): Bytes {
  const salt = random(SALT);
  const plain = join(Uint8Array.of(KINDS.indexOf(key.kind) + 1), key.seed);
  return join(header(by), salt, cipher(by, secret, salt, key.recipient).encrypt(plain));
}

export async function unlock(by: By, secret: Uint8Array, locked: Uint8Array, recipient: string): Promise<Key> {
  const start = header(by);
  if (locked.length !== LOCKED || start.some((byte, at) => locked[at] !== byte)) throw new Error("not a locked key of this kind");
  const salt = locked.subarray(start.length, start.length + SALT);
  const plain = cipher(by, secret, salt, recipient).decrypt(locked.subarray(start.length + SALT));
  const kind = KINDS[(plain[0] ?? 0) - 1];
  if (!kind) throw new Error("a key of an unknown kind");
  const key = await Key.of(kind, plain.slice(1) as Bytes);
  if (key.recipient !== recipient) throw new Error("the key of another recipient");
  return key;
}

export const newCode = (): Bytes => random(BY.code.secret);

// As it is printed: groups of five.
export function codeText(code: Uint8Array): string {
  return bech32.encode(CODE_PREFIX, bech32.toWords(code), false).replace(/.{5}(?=.)/g, "$& ");
}

// As somebody types it: spaces and the size of letters do not count.
export function readCode(text: string): Bytes {
  const { prefix, words } = bech32.decode(text.slice(0, 1000).replace(/\s/g, "").toLowerCase() as `${string}1${string}`, false);
  const code = bech32.fromWords(words);
  if (prefix !== CODE_PREFIX || code.length !== BY.code.secret) throw new Error("not a recovery code");
  return code as Bytes;
}
