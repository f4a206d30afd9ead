// Posts a draft while it is written. The server's answer says when it was saved and what is still wrong.
const PAUSE_MS = 1500;
const RETRY_MS = 10_000;

interface Saved {
  saved_at?: string;
  errors?: Record<string, string>;
  steps?: Record<string, { done: boolean; text: string }>;
}

function showError(id: string, text: string): void {
  const field = document.getElementById(id);
  if (!field) return;
  const box = field.closest(".field");
  const errorId = `${id}-error`;
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((part) => part !== "" && part !== errorId);
  let error = document.getElementById(errorId);
  box?.classList.toggle("has-error", text !== "");
  if (text === "") {
    error?.remove();
    field.removeAttribute("aria-invalid");
  } else {
    if (!error) {
      error = document.createElement("p");
      error.id = errorId;
      error.className = "error";
      field.before(error);
    }
    error.textContent = text;
    field.setAttribute("aria-invalid", "true");
    others.push(errorId);
  }
  if (others.length > 0) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}

function showStep(id: string, step: { done: boolean; text: string }): void {
  const item = document.querySelector(`.draft-steps a[href="#${CSS.escape(id)}"]`)?.closest("li");
  if (!item) return;
  item.classList.toggle("is-done", step.done);
  item.classList.toggle("is-open", !step.done);
  const text = item.querySelector(".dim");
  if (text) text.textContent = step.text;
}

function body(form: HTMLFormElement): URLSearchParams {
  const pairs = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return new URLSearchParams(pairs);
}

async function post(form: HTMLFormElement, url: string, sent: URLSearchParams): Promise<Saved> {
  const answer = await fetch(url, { method: "POST", body: sent, headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok || !form.isConnected) throw new Error(String(answer.status));
  return (await answer.json()) as Saved;
}

export function startAutosave(form: HTMLFormElement): void {
  const url = form.dataset["autosave"];
  const status = form.querySelector<HTMLElement>("[data-save-status]");
  if (!url) return;
  const say = (text: string | undefined): void => {
    if (status && text !== undefined) status.textContent = text;
  };
  let last = body(form).toString();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;

  const save = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const sent = body(form);
    if (sent.toString() === last) return;
    if (busy) {
      later(PAUSE_MS);
      return;
    }
    busy = true;
    say(form.dataset["textSaving"]);
    try {
      const saved = await post(form, url, sent);
      last = sent.toString();
      say((form.dataset["textSaved"] ?? "{time}").replace("{time}", saved.saved_at ?? ""));
      Object.entries(saved.errors ?? {}).forEach(([id, text]) => showError(id, text));
      Object.entries(saved.steps ?? {}).forEach(([id, step]) => showStep(id, step));
    } catch {
      say(form.dataset["textFailed"]);
      // Something typed meanwhile has its own, earlier turn.
      if (timer === undefined) later(RETRY_MS);
    } finally {
      busy = false;
    }
  };
  const later = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), ms);
  };
  form.addEventListener("input", () => later(PAUSE_MS));
  form.addEventListener("change", () => later(PAUSE_MS));
  form.addEventListener("focusout", (event) => {
    const from = (event.target as HTMLElement).closest("section");
    if (from && !from.contains(event.relatedTarget as Node | null)) void save();
  });
}
