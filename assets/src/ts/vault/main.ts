// Loaded by the pages of the vault only. Keys are in the memory of the page that unlocked them and nowhere else.
import { startAccount } from "./account";
import { startOpening } from "./opening";
import { startOrganisation } from "./organisation";
import { Page } from "./page";
import { startPrepare } from "./prepare";

const STARTS: Record<string, (page: Page) => void> = { account: startAccount, organisation: startOrganisation, prepare: startPrepare, opening: startOpening };

for (const root of document.querySelectorAll<HTMLElement>("[data-vault]")) {
  const page = new Page(root);
  STARTS[page.data("vault")]?.(page);
  page.show("needs-script");
}
