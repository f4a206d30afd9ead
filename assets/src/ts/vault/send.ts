// Sends a stream as a resumable upload. A stream cannot be read twice, so the part that is not yet confirmed is held, and
// nothing else; an interrupted one goes on at the byte that the server names, after a restart of the server too.
import { type Bytes, join } from "./bytes";

const PART = 4 * 1024 * 1024;
const TRIES = 8;
const LONGEST_WAIT_MS = 20_000;

export interface Target {
  url: string;
  csrf: string;
  name: string;
  size: number;
}

export interface Progress {
  done: number;
  total: number;
  // Bytes a second, since the first byte.
  rate: number;
  // Whether the connection is lost and being tried again.
  waiting: boolean;
}

// The server has refused and says why; trying again changes nothing.
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly answer: string,
  ) {
    super(`refused: ${status}`);
  }
}

interface Answer {
  upload: string | undefined;
  offset: number;
  // Taken, not merely told where the next byte belongs.
  taken: boolean;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), fail(signal.reason)), { once: true });
  });
}

class Sender {
  private upload: string | undefined;
  private readonly start = performance.now();

  constructor(
    private readonly to: Target,
    private readonly progress: (now: Progress) => void,
    private readonly signal: AbortSignal,
  ) {}

  // Sends one part that begins at `at` until the server has all of it.
  async part(bytes: Bytes, at: number): Promise<void> {
    const end = at + bytes.length;
    let [from, failures] = [at, 0];
    for (;;) {
      const answer = await this.put(bytes.subarray(from - at), from).catch((error: unknown) => {
        if (error instanceof Refused || this.signal.aborted) throw error;
        return undefined;
      });
      if (answer) {
        // What was confirmed is gone from here, so an upload that starts again cannot be served.
        if (answer.offset < at || answer.offset > end) throw new Error("the server lost what it had confirmed");
        this.upload ??= answer.upload;
        failures = answer.taken || answer.offset > from ? 0 : failures + 1;
        from = answer.offset;
        this.show(from, false);
        // The last part counts once it was taken as the last.
        if (from === end && (answer.taken || end < this.to.size)) return;
      } else {
        failures += 1;
      }
      if (failures >= TRIES) throw new Error("no progress");
      if (failures > 0) {
        this.show(from, true);
        await pause(Math.min(500 * 2 ** failures, LONGEST_WAIT_MS), this.signal);
      }
    }
  }

  get id(): string {
    if (this.upload === undefined) throw new Error("the server named no upload");
    return this.upload;
  }

  private show(done: number, waiting: boolean): void {
    const seconds = (performance.now() - this.start) / 1000;
    this.progress({ done, total: this.to.size, rate: seconds > 0 ? done / seconds : 0, waiting });
  }

  private async put(body: Bytes, offset: number): Promise<Answer> {
    const end = offset + body.length;
    const headers: Record<string, string> = {
      "Content-Type": "application/octet-stream",
      "Upload-Complete": end === this.to.size ? "?1" : "?0",
      "Upload-Length": String(this.to.size),
      "Upload-Name": this.to.name,
      "Upload-Offset": String(offset),
      "Upload-Sealed": "?1",
      "X-CSRF-Token": this.to.csrf,
    };
    if (this.upload !== undefined) headers["Upload-Id"] = this.upload;
    const answer = await fetch(this.to.url, { method: "PUT", body, headers, credentials: "same-origin", signal: this.signal });
    const named = /^\d{1,15}$/.exec(answer.headers.get("Upload-Offset") ?? "")?.[0];
    const upload = answer.headers.get("Upload-Id") ?? undefined;
    if (answer.ok) return { upload, offset: end, taken: true };
    if (answer.status === 409 && named !== undefined) return { upload, offset: Number(named), taken: false };
    if (answer.status >= 400 && answer.status < 500) throw new Refused(answer.status, await answer.text());
    throw new Error(String(answer.status));
  }
}

// Answers the identifier of the upload.
export async function send(stream: ReadableStream<Bytes>, to: Target, progress: (now: Progress) => void, signal: AbortSignal): Promise<string> {
  const sender = new Sender(to, progress, signal);
  const reader = stream.getReader();
  let [held, waiting, at]: [Bytes[], number, number] = [[], 0, 0];
  try {
    for (let done = false; !done; ) {
      const read = await reader.read();
      done = read.done;
      if (read.value) held.push(read.value);
      waiting += read.value?.length ?? 0;
      if (waiting < PART && !done) continue;
      // A reader may hand over more than a part at once.
      let rest = join(...held);
      while (rest.length >= PART || (done && rest.length > 0)) {
        const part = rest.subarray(0, PART);
        await sender.part(part, at);
        at += part.length;
        rest = rest.subarray(part.length);
      }
      [held, waiting] = [[rest], rest.length];
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  if (at !== to.size) throw new Error("the file changed while it was read");
  return sender.id;
}
