// j and k walk a queue, Enter opens (it is a link), n and p turn the page, a data-key focuses its field.
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));
}

function walk(links: HTMLAnchorElement[], step: 1 | -1): void {
  const here = links.findIndex((link) => link === document.activeElement);
  const next = here === -1 ? (step === 1 ? 0 : links.length - 1) : here + step;
  links[next]?.focus();
}

function turn(rel: "next" | "prev"): boolean {
  const link = document.querySelector<HTMLAnchorElement>(`.pager a[rel="${rel}"]`);
  link?.click();
  return link !== null;
}

export function startKeys(tables: HTMLTableElement[], fields: HTMLInputElement[]): void {
  if (tables.length === 0 && fields.length === 0) return;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const field = fields.find((candidate) => candidate.dataset["key"] === event.key);
    const links = tables.flatMap((table) => [...table.querySelectorAll<HTMLAnchorElement>("a.row-link")]);
    if (field) {
      field.focus();
      field.select();
    } else if (links.length > 0 && (event.key === "j" || event.key === "k")) {
      walk(links, event.key === "j" ? 1 : -1);
    } else if (tables.length > 0 && (event.key === "n" || event.key === "p")) {
      if (!turn(event.key === "n" ? "next" : "prev")) return;
    } else {
      return;
    }
    event.preventDefault();
  });
}
