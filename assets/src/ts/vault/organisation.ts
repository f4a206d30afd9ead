// An organisation's vault: a new epoch, and access for those who wait.
import { toBase64, utf8 } from "./bytes";
import { Key, type Kind } from "./key";
import { verifier, verifierText } from "./note";
import { type Epoch, type Member, current, epochKey, mine, unlockMine, vault } from "./officer";
import { Failure, type Page, post } from "./page";
import { show } from "./passkey";
import { sealSmall } from "./stream";

async function grants(key: Key, members: Member[]): Promise<{ person: string; grant: string }[]> {
  const able = members.filter((member): member is Member & { recipient: string } => member.recipient !== null);
  const sealed = able.map(async ({ person, recipient }) => ({ person, grant: toBase64((await sealSmall(utf8(key.text()), [recipient])).file) }));
  return Promise.all(sealed);
}

async function makeEpoch(page: Page): Promise<void> {
  const known = await vault(page.data("organisation"));
  if ((await mine()).recipient === null) throw new Failure("no-key");
  const kind = page.root.querySelector<HTMLInputElement>("input[name=kind]:checked")?.value as Kind;
  await show(page);
  const key = await Key.generate(kind);
  const epoch = Math.max(0, ...known.epochs.map(({ epoch }) => epoch)) + 1;
  const signer = verifierText(verifier(page.data("signer"), key.signingPublic()));
  await post(page, `/organisations/${known.organisation}/vault/epochs`, { epoch, recipient: key.recipient, signer, grants: await grants(key, known.members) });
  location.reload();
}

async function giveAccess(page: Page): Promise<void> {
  const known = await vault(page.data("organisation"));
  const waiting = known.members.filter(({ granted }) => !granted);
  const officer = await unlockMine(page);
  current(known);
  const held = known.epochs.filter(({ grant }) => grant !== null);
  const given = async (epoch: Epoch): Promise<void> => {
    const key = await epochKey(officer, epoch);
    await post(page, `/organisations/${known.organisation}/vault/grants`, { epoch: epoch.epoch, grants: await grants(key, waiting) });
  };
  for (const epoch of held) await given(epoch);
  location.reload();
}

async function check(page: Page): Promise<void> {
  const known = await vault(page.data("organisation"));
  await epochKey(await unlockMine(page), current(known));
  page.status(page.word("directory-agrees"));
}

export function startOrganisation(page: Page): void {
  page.on("make", "click", () => makeEpoch(page));
  page.on("give", "click", () => giveAccess(page));
  page.on("check", "click", () => check(page));
}
