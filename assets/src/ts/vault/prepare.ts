// The provider's side: each file is sealed while it is sent, then the manifest is signed, sealed, and sent as the last.
import { random, toHex, utf8 } from "./bytes";
import { idOf, kindOf } from "./key";
import { type FileEntry, type Manifest, encryption, sha256Of, signed, when } from "./manifest";
import { current, epochKey, unlockMine, vault } from "./officer";
import { Failure, type Page, get } from "./page";
import { readVerifier } from "./note";
import { type Progress, send } from "./send";
import { type Weights, seal, sealSmall } from "./stream";

interface Sealing {
  mode: string;
  recipients: { organisation: string; name: string; epoch: number; recipient: string }[];
  manifest: Pick<Manifest, "request" | "basis" | "purpose" | "retention" | "previous"> & { producer: { organisation: string } };
}

interface Sent {
  row: HTMLElement;
  name: string;
  mediaType: string;
  upload: string;
  weights: Weights;
}

class Delivery {
  private readonly sent: Sent[] = [];
  private stop = new AbortController();

  constructor(
    private readonly page: Page,
    private readonly form: HTMLFormElement,
  ) {}

  private async sealing(): Promise<Sealing> {
    const found = await get<Sealing>(`/requests/${this.page.data("request")}/sealing.json`);
    if (found.mode !== "end_to_end") throw new Failure("not-end-to-end");
    if (new Set(found.recipients.map(({ recipient }) => kindOf(recipient))).size !== 1) throw new Failure("kinds-differ");
    return found;
  }

  cancel(): void {
    this.stop.abort(new DOMException("cancelled", "AbortError"));
  }

  async add(files: File[]): Promise<void> {
    const recipients = (await this.sealing()).recipients.map(({ recipient }) => recipient);
    this.stop = new AbortController();
    this.page.show("cancel");
    try {
      for (const file of files) await this.addOne(file, recipients);
    } finally {
      this.page.show("cancel", false);
    }
  }

  private async addOne(file: File, recipients: string[]): Promise<void> {
    if (this.sent.some(({ name }) => name === file.name)) throw new Failure("same-name");
    const row = (this.page.find<HTMLTemplateElement>("row").content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.fill(row, file);
    this.page.find("rows").append(row);
    try {
      const sealing = await seal(file, recipients);
      const upload = await this.send(sealing.stream, sealing.size, `${String(this.sent.length + 1).padStart(4, "0")}.age`, (now) => this.progress(row, now));
      const weights = sealing.weights();
      if (weights.plain.bytes !== file.size) throw new Error("the file changed while it was read");
      this.sent.push({ row, name: file.name, mediaType: file.type || "application/octet-stream", upload, weights });
      this.say(row, this.page.word("sent").replace("{hash}", weights.plain.sha256));
    } catch (error) {
      row.remove();
      throw error;
    }
  }

  // Labels and fields of one row belong together by a number of their own.
  private fill(row: HTMLElement, file: File): void {
    const number = String(this.page.find("rows").childElementCount + 1);
    for (const element of row.querySelectorAll<HTMLElement>("[id]")) element.id = element.id.replace("{n}", number);
    for (const label of row.querySelectorAll<HTMLLabelElement>("label[for]")) label.htmlFor = label.htmlFor.replace("{n}", number);
    const name = row.querySelector("[data-part=name]");
    if (name) name.textContent = file.name;
    const acquired = row.querySelector<HTMLInputElement>("[data-part=acquired]");
    if (acquired) acquired.value = when(new Date(file.lastModified)).slice(0, 19);
  }

  private say(row: HTMLElement, text: string): void {
    const line = row.querySelector("[data-part=state]");
    if (line) line.textContent = text;
  }

  private progress(row: HTMLElement, { done, total, rate, waiting }: Progress): void {
    const bar = row.querySelector("progress");
    if (bar) bar.value = total === 0 ? 100 : (done / total) * 100;
    const language = document.documentElement.lang || "en";
    const unit = (value: number, unit: string): string => new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
    const left = rate > 0 ? unit(Math.ceil((total - done) / rate), "second") : "–";
    const text = this.page.word(waiting ? "waiting" : "sending");
    this.say(row, text.replace("{done}", unit(done / 1e6, "megabyte")).replace("{total}", unit(total / 1e6, "megabyte")).replace("{rate}", unit(rate / 1e6, "megabyte-per-second")).replace("{left}", left));
  }

  private send(stream: ReadableStream<Uint8Array<ArrayBuffer>>, size: number, name: string, progress: (now: Progress) => void): Promise<string> {
    const to = { url: `/requests/${this.page.data("request")}/files/upload`, csrf: this.page.csrf, name, size };
    return send(stream, to, progress, this.stop.signal);
  }

  private entry({ row, name, mediaType, weights }: Sent, number: number): FileEntry {
    const items = [...row.querySelectorAll<HTMLInputElement>("[data-part=item]:checked")].map(({ value }) => value);
    if (items.length === 0) throw new Failure("no-items");
    // The field is in UTC, as the manifest is, whatever the clock of the device shows.
    const acquired = new Date(`${row.querySelector<HTMLInputElement>("[data-part=acquired]")?.value ?? ""}Z`);
    if (Number.isNaN(acquired.getTime())) throw new Failure("no-time");
    const { plain, cipher } = weights;
    return { number, name, media_type: mediaType, size: plain.bytes, sha256_plain: plain.sha256, sha256_cipher: cipher.sha256, items, acquired: when(acquired) };
  }

  async prepare(): Promise<void> {
    if (this.sent.length === 0) throw new Failure("no-files");
    const system = this.page.find<HTMLInputElement>("system").value.trim();
    if (system === "") throw new Failure("no-system");
    const files = this.sent.map((one, at) => this.entry(one, at + 1));
    const { manifest: from, recipients } = await this.sealing();
    const ids = recipients.map(({ recipient }) => idOf(recipient)).sort();
    const epoch = current(await vault(this.page.data("organisation")));
    if (!ids.includes(idOf(epoch.recipient))) throw new Failure("not-current");
    const key = await epochKey(await unlockMine(this.page), epoch);
    const manifest: Manifest = {
      delivery: toHex(random(16)),
      previous: from.previous,
      request: from.request,
      basis: from.basis,
      purpose: from.purpose,
      producer: { organisation: from.producer.organisation, system, tool: this.page.data("tool") },
      made: when(new Date()),
      encryption: encryption(ids),
      retention: from.retention,
      files,
    };
    const note = utf8(signed(manifest, readVerifier(epoch.signer).name, key.signingSeed()));
    const { file } = await sealSmall(note, recipients.map(({ recipient }) => recipient));
    this.stop = new AbortController();
    const upload = await this.send(new Blob([file]).stream(), file.length, "manifest.age", () => undefined);
    this.submit(upload, sha256Of(note), ids, files);
  }

  private submit(manifest: string, sha256: string, recipients: string[], files: FileEntry[]): void {
    const add = (name: string, value: string): void => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      this.form.append(field);
    };
    this.sent.forEach(({ upload }, at) => {
      add("files", upload);
      files[at]?.items.forEach((item) => add(`answers.${upload}`, item));
    });
    add("sealing_manifest", manifest);
    add("sealing_sha256", sha256);
    recipients.forEach((id) => add("sealing_recipient", id));
    this.form.submit();
  }
}

export function startPrepare(page: Page): void {
  const form = page.root.closest("form");
  if (!form) return;
  const delivery = new Delivery(page, form);
  const input = page.find<HTMLInputElement>("files");
  page.on("files", "change", async () => {
    const files = [...(input.files ?? [])];
    await delivery.add(files).finally(() => (input.value = ""));
  });
  page.find("cancel").addEventListener("click", () => delivery.cancel());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void page.run(() => delivery.prepare());
  });
}
