// Item rows: add and remove without a round trip, twenty pasted lines make twenty rows, the type is guessed for confirmation.
import { guessType } from "./guess";

const MAX_PASTED_ROWS = 500;

function setType(row: HTMLElement, value: string, hint: string | undefined): void {
  const select = row.querySelector<HTMLSelectElement>("[data-item-type]");
  const type = guessType(value);
  if (!select || !type || select.value === type || ![...select.options].some((option) => option.value === type)) return;
  select.value = type;
  if (!hint || select.parentElement?.querySelector("[data-guessed]")) return;
  const note = document.createElement("p");
  note.className = "hint";
  note.dataset["guessed"] = "";
  note.setAttribute("role", "status");
  note.textContent = hint;
  select.after(note);
}

function highest(rows: HTMLElement): number {
  const numbers = [...rows.querySelectorAll<HTMLElement>("[name]")].map((field) => Number(/item-(\d+)-/.exec(field.getAttribute("name") ?? "")?.[1] ?? -1));
  return Math.max(-1, ...numbers);
}

function addRow(rows: HTMLElement, template: HTMLTemplateElement): HTMLElement | null {
  const index = highest(rows) + 1;
  const holder = document.createElement("template");
  // The template is the server's own markup and only numbers are put into it.
  holder.innerHTML = template.innerHTML.replaceAll("__n__", String(index)).replaceAll("__row__", String(rows.children.length + 1));
  const row = holder.content.firstElementChild as HTMLElement | null;
  if (row) rows.append(row);
  return row;
}

function carryOver(from: HTMLElement, to: HTMLElement): void {
  // A pasted list shares its window and category with the row it was pasted into.
  const end = (field: Element): string => (field.getAttribute("name") ?? "").replace(/^.*item-\d+-/, "");
  const fields = [...from.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input[name], select[name]")];
  for (const target of to.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input[name], select[name]")) {
    const source = fields.find((field) => end(field) === end(target));
    if (source && !target.matches("[data-item-value], [data-item-type], [type=checkbox], [type=radio], [type=hidden]")) target.value = source.value;
  }
}

function paste(event: ClipboardEvent, box: HTMLElement, rows: HTMLElement, template: HTMLTemplateElement): void {
  const input = event.target as HTMLInputElement;
  const lines = (event.clipboardData?.getData("text") ?? "").split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length < 2) return;
  event.preventDefault();
  const first = input.closest<HTMLElement>("[data-item]");
  let last: HTMLInputElement = input;
  for (const [number, line] of lines.slice(0, MAX_PASTED_ROWS).entries()) {
    const row = number === 0 ? first : addRow(rows, template);
    const value = number === 0 ? input : row?.querySelector<HTMLInputElement>("[data-item-value]");
    if (!row || !value) continue;
    value.value = line;
    if (number > 0 && first) carryOver(first, row);
    setType(row, line, box.dataset["textGuessed"]);
    last = value;
  }
  last.focus();
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

export function startItems(box: HTMLElement): void {
  const rows = box.querySelector<HTMLElement>("[data-item-rows]");
  const template = box.querySelector<HTMLTemplateElement>("template[data-item-template]");
  if (!rows || !template) return;
  box.addEventListener("paste", (event) => {
    if ((event.target as HTMLElement).matches("[data-item-value]")) paste(event, box, rows, template);
  });
  box.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const row = field.closest<HTMLElement>("[data-item]");
    if (row && field.matches("[data-item-value]")) setType(row, field.value, box.dataset["textGuessed"]);
    if (field.matches("[data-item-type]")) row?.querySelector("[data-guessed]")?.remove();
  });
  box.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const remove = target.closest("[data-item-remove]");
    if (target.closest("[data-item-add]")) {
      event.preventDefault();
      addRow(rows, template)?.querySelector<HTMLElement>("[data-item-value]")?.focus();
    } else if (remove && rows.children.length > 1) {
      event.preventDefault();
      const row = remove.closest<HTMLElement>("[data-item]");
      const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
      row?.remove();
      neighbour?.querySelector<HTMLElement>("[data-item-value]")?.focus();
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
