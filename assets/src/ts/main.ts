// Enhancements only: every page works without this file, and nothing here decides anything.
import { startAutosave } from "./autosave";
import { startItems } from "./items";
import { startKeys } from "./keys";
import { startPasskey } from "./passkey";
import { startTheme } from "./theme";
import { startUpload } from "./upload";

const all = <T extends HTMLElement>(selector: string): T[] => [...document.querySelectorAll<T>(selector)];

startTheme(all<HTMLFormElement>("form[data-theme-switch]"));
startKeys(all<HTMLTableElement>("table[data-keys]"), all<HTMLInputElement>("[data-key]"));
all<HTMLElement>("[data-items]").forEach(startItems);
all<HTMLFormElement>("form[data-autosave]").forEach(startAutosave);
all<HTMLFormElement>("form[data-upload-url]").forEach(startUpload);
all<HTMLFormElement>("form[data-passkey], form[data-presence]").forEach(startPasskey);
document.querySelector<HTMLElement>("[data-focus]")?.focus();
