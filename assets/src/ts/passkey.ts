// Asks the browser for a passkey before a form is sent: one that answers the form itself or signs what it says, or one
// that is shown first because the form does something sensitive. When there is no answer nothing is sent and what was typed stays.
const SLACK_S = 5;

async function ask(form: HTMLFormElement, url: string, create: boolean): Promise<string[] | undefined> {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "answer") as [string, string][];
  const asked = await fetch(url, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
  // The server says in words why not when the form comes without an answer.
  if (!asked.ok) return undefined;
  const { handle, options } = await asked.json();
  const credential = create
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return [handle, JSON.stringify(credential)];
}

async function showFirst(form: HTMLFormElement): Promise<boolean> {
  const shown = await ask(form, "/account/presence/challenge", false);
  if (!shown) return false;
  const csrf = form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "";
  const body = new URLSearchParams({ csrf, ceremony: shown[0] ?? "", answer: shown[1] ?? "" });
  // Where it would lead matters only to a page without script.
  const answer = await fetch("/account/presence", { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  return answer.type === "opaqueredirect";
}

function say(form: HTMLFormElement): void {
  let line = form.querySelector<HTMLElement>("[data-passkey-state]");
  if (!line) {
    line = document.createElement("p");
    line.className = "error";
    line.dataset["passkeyState"] = "";
    line.setAttribute("role", "alert");
    form.append(line);
  }
  line.textContent = form.dataset["textFailed"] ?? "";
}

export function startPasskey(form: HTMLFormElement): void {
  const { passkey, challenge, presence } = form.dataset;
  const start = performance.now();
  const stale = (): boolean => presence !== undefined && performance.now() - start > (Number(presence) - SLACK_S) * 1000;
  let shown = false;
  let busy = false;
  let ready = false;
  form.addEventListener("submit", (event) => {
    if (ready || (passkey === undefined && (shown || !stale()))) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const run = async (): Promise<void> => {
      if (!shown && stale()) shown = await showFirst(form);
      const answer = passkey !== undefined && challenge !== undefined ? await ask(form, challenge, passkey === "create") : undefined;
      for (const [index, name] of ["ceremony", "answer"].entries()) {
        const field = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
        if (field) field.value = answer?.[index] ?? "";
      }
      ready = true;
      form.requestSubmit(event.submitter);
    };
    run()
      .catch(() => say(form))
      .finally(() => (busy = false));
  });
}
