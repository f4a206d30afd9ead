// Opens a package: each file is decrypted, its hashes held against the signed manifest, and only then offered to be saved.
import { type Key, idOf } from "./key";
import { type FileEntry, type Manifest, read } from "./manifest";
import { readVerifier } from "./note";
import { epochKey, unlockMine, vault } from "./officer";
import { Failure, type Page, fetched, post } from "./page";
import { Shelf, canShelve } from "./shelf";
import { unseal, unsealSmall } from "./stream";

interface PackedFile {
  file: string;
  number: number;
  bytes: number;
  sha256: string;
}

interface Opened {
  manifest: string;
  files: PackedFile[];
  signer: string;
}

// More is no manifest: a note of 1 MiB in its envelope.
const MAX_MANIFEST = 1_200_000;

class Opening {
  private shelf: Shelf | undefined;

  constructor(private readonly page: Page) {}

  private address(file: string): string {
    return `/requests/${this.page.data("request")}/files/${file}`;
  }

  async run(): Promise<void> {
    const purpose = this.page.find<HTMLInputElement>("purpose").value.trim();
    if (purpose === "") throw new Failure("no-purpose");
    if (!canShelve()) throw new Failure("no-shelf");
    const known = await vault(this.page.data("organisation"));
    const officer = await unlockMine(this.page);
    const held = known.epochs.filter(({ grant }) => grant !== null);
    if (held.length === 0) throw new Failure("no-grant");
    const keys = await Promise.all(held.map((epoch) => epochKey(officer, epoch)));
    const opened = await post<Opened>(this.page, `/requests/${this.page.data("request")}/packages/${this.page.data("package")}/open`, { purpose });
    if (!opened) throw new Error("an empty answer");
    const { manifest, key } = await this.manifest(opened, keys);
    this.page.find("delivery").textContent = `${manifest.producer.system}, ${manifest.made}`;
    this.page.show("opened");
    this.shelf ??= await Shelf.open();
    this.page.find("files").replaceChildren();
    for (const entry of manifest.files) await this.open(entry, opened, key, this.shelf);
    this.page.status(this.page.word("all-opened"));
  }

  private async manifest({ manifest: file, files, signer }: Opened, keys: Key[]): Promise<{ manifest: Manifest; key: Key }> {
    const sealed = new Uint8Array(await new Response(await bounded(await fetched(this.address(file)), MAX_MANIFEST)).arrayBuffer());
    for (const key of keys) {
      const note = await unsealSmall(sealed, key).catch(() => undefined);
      if (!note) continue;
      const manifest = await Promise.resolve()
        .then(() => read(note, [readVerifier(signer)]))
        .catch(() => {
          throw new Failure("manifest-wrong");
        });
      const same = manifest.files.length === files.length && manifest.files.every((entry) => files.find(({ number }) => number === entry.number)?.sha256 === entry.sha256_cipher);
      if (!same || manifest.request.id !== this.page.data("request")) throw new Failure("manifest-other");
      if (!manifest.encryption.recipients.includes(idOf(key.recipient))) throw new Failure("manifest-wrong");
      return { manifest, key };
    }
    throw new Failure("not-for-us");
  }

  private async open(entry: FileEntry, { files }: Opened, key: Key, shelf: Shelf): Promise<void> {
    const row = (this.page.find<HTMLTemplateElement>("row").content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    const part = <T extends HTMLElement>(name: string): T => row.querySelector<T>(`[data-part=${name}]`) as T;
    part("name").textContent = entry.name;
    part("hash").textContent = entry.sha256_plain;
    part("state").textContent = this.page.word("opening");
    this.page.find("files").append(row);
    const packed = files.find(({ number }) => number === entry.number);
    try {
      const saved = await shelf.put(String(entry.number), async (to) => {
        const { plain, cipher } = await unseal(await fetched(this.address(packed?.file ?? "")), key, to);
        const right = plain.sha256 === entry.sha256_plain && plain.bytes === entry.size && cipher.sha256 === entry.sha256_cipher;
        if (!right) throw new Failure("mismatch");
      });
      const link = part<HTMLAnchorElement>("save");
      link.href = URL.createObjectURL(saved);
      link.download = entry.name;
      link.hidden = false;
      part("state").textContent = this.page.word("matches");
      row.classList.add("is-done");
    } catch (error) {
      row.classList.add("is-failed");
      part("state").textContent = this.page.word("mismatch");
      this.page.show("mismatch-how");
      throw error instanceof DOMException ? error : new Failure("mismatch");
    }
  }

  async forget(): Promise<void> {
    await this.shelf?.empty();
    this.shelf = undefined;
    this.page.find("files").replaceChildren();
    this.page.show("opened", false);
    this.page.status(this.page.word("forgotten"));
  }
}

async function bounded(stream: ReadableStream<Uint8Array>, most: number): Promise<ReadableStream<Uint8Array>> {
  let seen = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, out) => {
      seen += chunk.length;
      if (seen > most) throw new Error("longer than any manifest");
      out.enqueue(chunk);
    },
  });
  return stream.pipeThrough(count);
}

export function startOpening(page: Page): void {
  const opening = new Opening(page);
  page.on("open", "submit", () => opening.run());
  page.on("forget", "click", () => opening.forget());
}
