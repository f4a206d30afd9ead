// The person's own key and their organisation's vault, unlocked on this page for as long as it is open.
import { fromBase64 } from "./bytes";
import { Key } from "./key";
import { type By, readCode, unlock } from "./lock";
import { readVerifier, verifier, verifierText } from "./note";
import { Failure, type Page, get } from "./page";
import { show } from "./passkey";
import { unsealSmall } from "./stream";

export interface Locked {
  id: string;
  by: By;
  authenticator: string | null;
  locked: string;
}

export interface Mine {
  person: string;
  recipient: string | null;
  locked: Locked[];
}

export interface Epoch {
  epoch: number;
  recipient: string;
  signer: string;
  current: boolean;
  grant: string | null;
}

export interface Member {
  person: string;
  name: string;
  recipient: string | null;
  granted: boolean;
}

export interface Vault {
  organisation: string;
  epochs: Epoch[];
  members: Member[];
}

export const mine = (): Promise<Mine> => get<Mine>("/account/key.json");

// With the passkey in one touch, or with the code that was typed, where the page asks for one.
export async function unlockMine(page: Page): Promise<Key> {
  const { recipient, locked } = await mine();
  if (recipient === null) throw new Failure("no-key");
  const typed = page.every<HTMLInputElement>("code")[0]?.value.trim() ?? "";
  if (typed !== "") return byCode(page, typed, locked, recipient);
  const copies = new Map(locked.filter(({ by }) => by === "passkey").map((one) => [one.authenticator, one.locked]));
  if (copies.size === 0) {
    page.show("code-field");
    throw new Failure("code-needed");
  }
  const { credential, secret } = await show(page, (id) => copies.has(id));
  const copy = copies.get(credential);
  if (secret === undefined || copy === undefined) {
    page.show("code-field");
    throw new Failure("no-secret");
  }
  return unlock("passkey", secret, fromBase64(copy), recipient).catch(() => {
    page.show("code-field");
    throw new Failure("wrong-passkey");
  });
}

async function byCode(page: Page, typed: string, locked: Locked[], recipient: string): Promise<Key> {
  const copy = locked.find(({ by }) => by === "code");
  const key = await Promise.resolve()
    .then(() => unlock("code", readCode(typed), fromBase64(copy?.locked ?? ""), recipient))
    .catch(() => {
      throw new Failure("wrong-code");
    });
  await show(page);
  return key;
}

// The key of one epoch. That the directory names the key that is really held is looked at each time: who could put
// another there could have the next files sealed to themselves.
export async function epochKey(officer: Key, { grant, recipient, signer }: Epoch): Promise<Key> {
  if (grant === null) throw new Failure("no-grant");
  const text = await unsealSmall(fromBase64(grant), officer).catch(() => {
    throw new Failure("grant-unreadable");
  });
  const key = await Key.read(new TextDecoder().decode(text));
  const signs = verifierText(verifier(readVerifier(signer).name, key.signingPublic()));
  if (key.recipient !== recipient || signs !== signer) throw new Failure("directory-differs");
  return key;
}

export const vault = (organisation: string): Promise<Vault> => get<Vault>(`/organisations/${organisation}/vault.json`);

export function current({ epochs }: Vault): Epoch {
  const found = epochs.find((epoch) => epoch.current);
  if (!found) throw new Failure("no-vault");
  return found;
}
