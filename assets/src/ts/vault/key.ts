// Keys of officers and vaults as `age` writes them (crates/evidence/src/vault.rs): 32 secret bytes and a kind.
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import { type Bytes, random, toHex, utf8 } from "./bytes";

// The hybrid kind is the rule; the classic one is for whoever must open files with an `age` that is older than 1.3.
export type Kind = "classic" | "hybrid";

const PREFIX: Record<Kind, string> = { classic: "age-secret-key-", hybrid: "age-secret-key-pq-" };
const SECRET = 32;
const SIGNING_LABEL = utf8("comity organisation signing key v1");

export class Key {
  private constructor(
    readonly kind: Kind,
    readonly seed: Bytes,
    readonly recipient: string,
  ) {}

  static async of(kind: Kind, seed: Bytes): Promise<Key> {
    if (seed.length !== SECRET) throw new Error("a key has 32 secret bytes");
    return new Key(kind, seed, await identityToRecipient(written(kind, seed)));
  }

  static generate(kind: Kind): Promise<Key> {
    return Key.of(kind, random(SECRET));
  }

  static async read(text: string): Promise<Key> {
    const { prefix, bytes } = bech32.decodeToBytes(text);
    const kind = (Object.keys(PREFIX) as Kind[]).find((kind) => PREFIX[kind] === prefix.toLowerCase());
    if (!kind || written(kind, bytes) !== text) throw new Error("not the text of a key");
    return Key.of(kind, bytes as Bytes);
  }

  // What `age` reads: AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1….
  text(): string {
    return written(this.kind, this.seed);
  }

  // The seed of the organisation's Ed25519 key: whoever may open the vault may sign for the organisation.
  signingSeed(): Bytes {
    return hkdf(sha256, this.seed, undefined, SIGNING_LABEL, SECRET) as Bytes;
  }

  signingPublic(): Bytes {
    return ed25519.getPublicKey(this.signingSeed()) as Bytes;
  }
}

const written = (kind: Kind, seed: Uint8Array): string => bech32.encodeFromBytes(PREFIX[kind], seed).toUpperCase();

export function kindOf(recipient: string): Kind {
  if (recipient.startsWith("age1pq1")) return "hybrid";
  if (/^age1[02-9ac-hj-np-z]{58}$/.test(recipient)) return "classic";
  throw new Error("not a recipient of a known kind");
}

// The name of a key in a manifest.
export const idOf = (recipient: string): string => toHex(sha256(utf8(recipient)));
