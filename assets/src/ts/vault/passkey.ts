// One question to a passkey answers two things: that the person is there now, and the secret that unlocks their key.
import { type Bytes, fromBase64Url } from "./bytes";
import { PASSKEY_INPUT } from "./lock";
import { Failure, type Page } from "./page";

export interface Shown {
  credential: string;
  // Nothing where the browser or the passkey has no such secret.
  secret: Bytes | undefined;
}

export async function show(page: Page, may: (credential: string) => boolean = () => true): Promise<Shown> {
  if (!("PublicKeyCredential" in window)) throw new Failure("no-passkeys");
  const asked = await fetch("/account/presence/challenge", { method: "POST", body: new URLSearchParams({ csrf: page.csrf }), credentials: "same-origin" });
  if (!asked.ok) throw new Failure("no-challenge");
  const { handle, options } = (await asked.json()) as { handle: string; options: PublicKeyCredentialRequestOptionsJSON };
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const allowed = (options.allowCredentials ?? []).map(({ id }) => id).filter(may);
  publicKey.allowCredentials = allowed.map((id) => ({ type: "public-key", id: fromBase64Url(id) }));
  if (allowed.length === 0) throw new Failure("no-such-passkey");
  publicKey.extensions = { ...publicKey.extensions, prf: { eval: { first: PASSKEY_INPUT } } };
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (!credential) throw new Failure("cancelled");
  const secret = credential.getClientExtensionResults().prf?.results?.first;
  // The secret never leaves: what is sent says nothing of extensions.
  const answer = JSON.stringify({ ...credential.toJSON(), clientExtensionResults: {} });
  const body = new URLSearchParams({ csrf: page.csrf, ceremony: handle, answer });
  const taken = await fetch("/account/presence", { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  if (taken.type !== "opaqueredirect") throw new Failure("not-shown");
  return { credential: credential.id, secret: secret ? new Uint8Array(secret as ArrayBuffer) : undefined };
}
