// Where opened files lie until they are saved: this origin's private part of the disk (OPFS), a folder for each page.
// A page empties its folder when it is left; what a crash left behind is emptied by the next page that opens something.
import type { Bytes } from "./bytes";

const FOLDER = "comity-opened";

export const canShelve = (): boolean =>
  "storage" in navigator && "getDirectory" in navigator.storage && "locks" in navigator && "createWritable" in FileSystemFileHandle.prototype;

export class Shelf {
  private constructor(
    private readonly root: FileSystemDirectoryHandle,
    private readonly name: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {
    addEventListener("pagehide", () => void this.empty());
  }

  static async open(): Promise<Shelf> {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
    const name = crypto.randomUUID();
    // Held as long as this page lives, so that another knows whose folder is still in use.
    await new Promise<void>((held) => void navigator.locks.request(`${FOLDER}/${name}`, () => (held(), new Promise(() => undefined))));
    for await (const [other] of root.entries()) {
      await navigator.locks.request(`${FOLDER}/${other}`, { ifAvailable: true }, (free) => (free ? root.removeEntry(other, { recursive: true }) : undefined));
    }
    return new Shelf(root, name, await root.getDirectoryHandle(name, { create: true }));
  }

  // Writes one file and answers it once `write` has; what it wrote is gone when it fails.
  async put(name: string, write: (to: WritableStream<Bytes>) => Promise<void>): Promise<File> {
    const handle = await this.folder.getFileHandle(name, { create: true });
    try {
      await write((await handle.createWritable()) as unknown as WritableStream<Bytes>);
    } catch (error) {
      await this.folder.removeEntry(name).catch(() => undefined);
      throw error;
    }
    return handle.getFile();
  }

  async remove(name: string): Promise<void> {
    await this.folder.removeEntry(name);
  }

  async empty(): Promise<void> {
    await this.root.removeEntry(this.name, { recursive: true }).catch(() => undefined);
  }
}
