// Sends a file in parts that can be taken up again where they stopped; without it the form posts the file whole.
const PART_BYTES = 4 * 1024 * 1024;
const TRIES = 5;

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const megabytes = (bytes: number): string => new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6);

function offsetOf(answer: Response): number | undefined {
  const text = answer.headers.get("Upload-Offset");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

class Upload {
  constructor(
    private readonly url: string,
    private readonly file: File,
    private readonly csrf: string,
    private readonly progress: (done: number) => void,
  ) {}

  async run(): Promise<void> {
    let offset = await this.start();
    let failures = 0;
    let complete = false;
    while (!complete) {
      try {
        const next = await this.part(offset);
        complete = next.complete;
        // Progress clears the failures; a server that keeps naming the same place does not.
        failures = next.offset > offset ? 0 : failures + 1;
        offset = next.offset;
      } catch (error) {
        failures += 1;
        if (failures < TRIES) await wait(500 * 2 ** failures);
        else throw error;
      }
      if (failures >= TRIES) throw new Error("no progress");
      this.progress(offset);
    }
  }

  private async start(): Promise<number> {
    const answer = await fetch(this.url, { method: "HEAD", credentials: "same-origin" });
    const offset = answer.ok ? (offsetOf(answer) ?? 0) : 0;
    return offset <= this.file.size ? offset : 0;
  }

  private async part(offset: number): Promise<{ offset: number; complete: boolean }> {
    const end = Math.min(offset + PART_BYTES, this.file.size);
    const headers: Record<string, string> = {
      "Content-Type": "application/octet-stream",
      "Upload-Complete": end === this.file.size ? "?1" : "?0",
      "Upload-Length": String(this.file.size),
      "Upload-Name": encodeURIComponent(this.file.name),
      "Upload-Offset": String(offset),
      "X-CSRF-Token": this.csrf,
    };
    const answer = await fetch(this.url, { method: "PUT", body: this.file.slice(offset, end), headers, credentials: "same-origin" });
    const named = offsetOf(answer);
    if (answer.status === 409 && named !== undefined && named <= this.file.size) return { offset: named, complete: false };
    if (!answer.ok) throw new Error(String(answer.status));
    return { offset: end, complete: end === this.file.size };
  }
}

export function startUpload(form: HTMLFormElement): void {
  const { uploadUrl: url, uploadNext: next, textPart, textFailed } = form.dataset;
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const state = form.querySelector<HTMLElement>("[data-upload-state]");
  const bar = state?.querySelector("progress");
  const status = state?.querySelector<HTMLElement>("[role=status]");
  if (!url || !next || !input || !state || !bar || !status) return;
  let busy = false;
  form.addEventListener("submit", (event) => {
    const file = input.files?.[0];
    if (busy) event.preventDefault();
    if (!file || busy) return;
    event.preventDefault();
    busy = true;
    state.hidden = false;
    const show = (done: number): void => {
      bar.value = file.size === 0 ? 100 : (done / file.size) * 100;
      status.textContent = (textPart ?? "{done} / {total}").replace("{done}", megabytes(done)).replace("{total}", megabytes(file.size));
    };
    show(0);
    const csrf = form.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
    new Upload(url, file, csrf, show).run().then(
      () => location.assign(next),
      () => {
        busy = false;
        status.textContent = textFailed ?? "";
      },
    );
  });
}
