// Files sealed and opened as they pass: what is held is a few blocks, however long the file is.
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter, Encrypter } from "age-encryption";
import { type Bytes, join, toHex } from "./bytes";
import { type Key, kindOf } from "./key";

// Bounds of crates/evidence/src/inner.rs: a header comes from elsewhere.
const MAX_HEADER = 64 * 1024;
const MAX_LINES = 256;

export interface Weighed {
  bytes: number;
  sha256: string;
}

class Weigher {
  private bytes = 0;
  private readonly hash = sha256.create();

  readonly through = new TransformStream<Uint8Array, Bytes>({
    transform: (chunk, out) => {
      this.bytes += chunk.length;
      this.hash.update(chunk);
      out.enqueue(chunk as Bytes);
    },
  });

  // Once the stream has ended.
  result(): Weighed {
    return { bytes: this.bytes, sha256: toHex(this.hash.digest()) };
  }
}

export interface Weights {
  plain: Weighed;
  cipher: Weighed;
}

export interface Sealing {
  // Bytes of the sealed file, known before it is made.
  size: number;
  stream: ReadableStream<Bytes>;
  // Once the stream has ended.
  weights(): Weights;
}

export async function seal(content: Blob, recipients: string[]): Promise<Sealing> {
  const kinds = new Set(recipients.map(kindOf));
  if (kinds.size !== 1) throw new Error("recipients of one kind, and at least one");
  const encrypter = new Encrypter();
  recipients.forEach((recipient) => encrypter.addRecipient(recipient));
  const [plain, cipher] = [new Weigher(), new Weigher()];
  const file = await encrypter.encrypt(content.stream().pipeThrough(plain.through));
  return {
    size: file.size(content.size),
    stream: file.pipeThrough(cipher.through),
    weights: () => ({ plain: plain.result(), cipher: cipher.result() }),
  };
}

// Reads until the header has ended, within its bounds.
async function header(file: ReadableStreamDefaultReader<Uint8Array>): Promise<Bytes> {
  let start: Bytes = new Uint8Array(0);
  for (;;) {
    const head = new TextDecoder("latin1").decode(start.subarray(0, MAX_HEADER));
    const end = /^---/m.exec(head)?.index ?? -1;
    if (!"age-encryption.org/v1\n".startsWith(head.slice(0, 22))) throw new Error("not an age file of version 1");
    if (head.slice(0, end < 0 ? undefined : end).split("\n").length > MAX_LINES) throw new Error("a header that is too long");
    if (end >= 0) return start;
    if (start.length >= MAX_HEADER) throw new Error("a header that is too long");
    const { value, done } = await file.read();
    if (done) throw new Error("not an age file of version 1");
    start = join(start, value);
  }
}

function rest(start: Uint8Array, reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (out) => out.enqueue(start),
    pull: async (out) => {
      const { value, done } = await reader.read();
      if (done) out.close();
      else out.enqueue(value);
    },
    cancel: (why) => reader.cancel(why),
  });
}

// Until this has answered, what was written may be the beginning of something else: whoever calls throws it away when
// this fails, and compares the weights when it does not.
export async function unseal(file: ReadableStream<Uint8Array>, key: Key, content: WritableStream<Bytes>): Promise<Weights> {
  const [plain, cipher] = [new Weigher(), new Weigher()];
  const decrypter = new Decrypter();
  decrypter.addIdentity(key.text());
  try {
    const reader = file.pipeThrough(cipher.through).getReader();
    const opened = await decrypter.decrypt(rest(await header(reader), reader));
    await opened.pipeThrough(plain.through).pipeTo(content);
  } catch (error) {
    await content.abort(error).catch(() => undefined);
    throw error;
  }
  return { plain: plain.result(), cipher: cipher.result() };
}

// A file that is small by its nature: a grant or a manifest.
export async function unsealSmall(file: Uint8Array, key: Key): Promise<Bytes> {
  const parts: Bytes[] = [];
  await unseal(new Blob([file as Bytes]).stream(), key, new WritableStream({ write: (part) => void parts.push(part) }));
  return join(...parts);
}

export async function sealSmall(content: Uint8Array, recipients: string[]): Promise<{ file: Bytes; weights: Weights }> {
  const sealing = await seal(new Blob([content as Bytes]), recipients);
  const file = new Uint8Array(await new Response(sealing.stream).arrayBuffer());
  return { file, weights: sealing.weights() };
}
