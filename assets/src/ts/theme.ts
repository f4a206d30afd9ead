// The theme is a cookie, so that the server can draw the page right from the first byte.
const COOKIE = "comity_theme";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

const isTheme = (value: string | undefined): value is "light" | "dark" => value === "light" || value === "dark";

function remembered(): string | undefined {
  return document.cookie
    .split("; ")
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}

export function startTheme(forms: HTMLFormElement[]): void {
  const theme = remembered();
  if (isTheme(theme)) document.documentElement.dataset["theme"] = theme;
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      const chosen = (event.submitter as HTMLButtonElement | null)?.value;
      if (!isTheme(chosen)) return;
      event.preventDefault();
      document.documentElement.dataset["theme"] = chosen;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `${COOKIE}=${chosen}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
      // The pressed button is gone now; keep the keyboard's place on its twin.
      const twin = [...form.querySelectorAll("button")].find((button) => button.value !== chosen);
      twin?.focus();
    });
  }
}
