// A person's evidence key: made here, locked here; the server gets what it cannot open.
import { toBase64 } from "./bytes";
import { Key } from "./key";
import { codeText, lock, newCode } from "./lock";
import { mine, unlockMine } from "./officer";
import { Failure, type Page, post } from "./page";
import { show } from "./passkey";

// Shows a new code once and waits until its last group was typed from the paper.
function written(page: Page, code: Uint8Array): Promise<void> {
  const text = codeText(code);
  page.find("new-code").textContent = text;
  page.show("begin", false);
  page.show("paper");
  const field = page.find<HTMLInputElement>("last-group");
  field.value = "";
  field.focus();
  return new Promise((done) => {
    page.find<HTMLFormElement>("paper-form").onsubmit = (event) => {
      event.preventDefault();
      const right = field.value.trim().toLowerCase() === text.split(" ").at(-1);
      page.warn(right ? "" : page.word("not-written"));
      if (right) done();
    };
  });
}

async function make(page: Page): Promise<void> {
  const { credential, secret } = await show(page);
  // A page that goes on without saying so would let somebody believe that the passkey opens the key.
  page.show("without-secret", secret === undefined);
  const [key, code] = [await Key.generate("hybrid"), newCode()];
  await written(page, code);
  const locked: object[] = [{ by: "code", authenticator: null, locked: toBase64(lock("code", code, key)) }];
  if (secret) locked.unshift({ by: "passkey", authenticator: credential, locked: toBase64(lock("passkey", secret, key)) });
  await kept(page, "/account/key", { recipient: key.recipient, locked });
}

// Paper takes time: presence may have run out meanwhile, and is shown again.
async function kept(page: Page, url: string, body: unknown): Promise<void> {
  await post(page, url, body).catch(async (error: { status?: number }) => {
    if (error.status !== 403) throw error;
    await show(page);
    await post(page, url, body);
  });
  page.find("new-code").textContent = "";
  location.assign("/account/key");
}

async function addPasskey(page: Page): Promise<void> {
  const { locked } = await mine();
  const key = await unlockMine(page);
  const known = new Set(locked.map(({ authenticator }) => authenticator));
  page.status(page.word("show-other"));
  const { credential, secret } = await show(page, (id) => !known.has(id));
  if (!secret) throw new Failure("other-no-secret");
  await kept(page, "/account/key/locked", { by: "passkey", authenticator: credential, locked: toBase64(lock("passkey", secret, key)) });
}

async function newPaper(page: Page): Promise<void> {
  const key = await unlockMine(page);
  const code = newCode();
  await written(page, code);
  await kept(page, "/account/key/locked", { by: "code", authenticator: null, locked: toBase64(lock("code", code, key)) });
}

export function startAccount(page: Page): void {
  page.on("make", "click", () => make(page));
  page.on("add-passkey", "click", () => addPasskey(page));
  page.on("new-paper", "click", () => newPaper(page));
  page.on("ask-code", "click", async () => page.show("code-field"));
}
