// What the pages of the vault share: their parts, their words, and the calls to the server. Every sentence stands in the
// page in the reader's language; a script only chooses which one is shown.
import { Refused } from "./send";

// Why something was not done, as the name of one of the page's sentences.
export class Failure extends Error {
  constructor(readonly word: string) {
    super(word);
  }
}

interface Problem {
  title?: string;
  detail?: string;
  refusals?: { message: string; remedy: string }[];
}

export class Page {
  private busy = false;

  constructor(readonly root: HTMLElement) {}

  get csrf(): string {
    return this.data("csrf");
  }

  data(name: string): string {
    const value = this.root.dataset[name];
    if (value === undefined) throw new Error(`the page has no ${name}`);
    return value;
  }

  find<T extends HTMLElement>(part: string): T {
    const found = this.root.querySelector<T>(`[data-part="${part}"]`);
    if (!found) throw new Error(`the page has no ${part}`);
    return found;
  }

  every<T extends HTMLElement>(part: string): T[] {
    return [...this.root.querySelectorAll<T>(`[data-part="${part}"]`)];
  }

  show(part: string, shown = true): void {
    this.every(part).forEach((element) => (element.hidden = !shown));
  }

  word(name: string): string {
    return this.root.querySelector(`[data-word="${name}"]`)?.textContent?.trim() ?? name;
  }

  status(text: string): void {
    this.find("status").textContent = text;
  }

  warn(text: string): void {
    const alert = this.find("alert");
    alert.hidden = text === "";
    alert.textContent = text;
    if (text !== "") alert.scrollIntoView({ block: "nearest" });
  }

  on(part: string, event: "click" | "submit" | "change", act: (event: Event) => Promise<void>): void {
    for (const element of this.every(part)) {
      element.addEventListener(event, (happened) => {
        if (event !== "change") happened.preventDefault();
        void this.run(() => act(happened));
      });
    }
  }

  async run(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    this.warn("");
    try {
      await act();
    } catch (error) {
      this.status("");
      this.warn(this.reason(error));
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  reason(error: unknown): string {
    if (error instanceof Failure) return this.word(error.word);
    if (error instanceof Refused) return told(error.answer) || this.word("failed");
    // Whoever closes the browser's own question has said no, and nothing is wrong.
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return this.word("cancelled");
    if (error instanceof DOMException && error.name === "QuotaExceededError") return this.word("no-room");
    return this.word("failed");
  }
}

// The server's own sentences.
function told(answer: string): string {
  try {
    const { title, detail, refusals } = JSON.parse(answer) as Problem;
    const sentences = refusals?.length ? refusals.flatMap(({ message, remedy }) => [message, remedy]) : [title, detail];
    return sentences.filter((sentence) => sentence).join(" ");
  } catch {
    return "";
  }
}

async function call(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { credentials: "same-origin", redirect: "error", ...init });
  if (!answer.ok) throw new Refused(answer.status, await answer.text());
  return answer;
}

export const get = async <T>(url: string): Promise<T> => (await (await call(url, {})).json()) as T;

export async function fetched(url: string): Promise<ReadableStream<Uint8Array>> {
  const { body } = await call(url, {});
  if (!body) throw new Error("an answer without content");
  return body;
}

export async function post<T>(page: Page, url: string, body: unknown): Promise<T | undefined> {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": page.csrf };
  const text = await (await call(url, { method: "POST", headers, body: JSON.stringify(body) })).text();
  return text === "" ? undefined : (JSON.parse(text) as T);
}
