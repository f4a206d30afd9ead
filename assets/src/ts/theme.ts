// The theme is a cookie that the server reads and sets; here it is only set without leaving what is being typed.
const COOKIE = "comity_theme";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function startTheme(forms: HTMLFormElement[]): void {
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      const chosen = (event.submitter as HTMLButtonElement | null)?.value;
      if (chosen !== "auto" && chosen !== "light" && chosen !== "dark") return;
      event.preventDefault();
      if (chosen === "auto") delete document.documentElement.dataset["theme"];
      else document.documentElement.dataset["theme"] = chosen;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      const age = chosen === "auto" ? 0 : YEAR_SECONDS;
      document.cookie = `${COOKIE}=${chosen}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
      // The pressed button is gone now; keep the keyboard's place on one of the others.
      const other = [...form.querySelectorAll("button")].find((button) => button.value !== chosen);
      other?.focus();
    });
  }
}
