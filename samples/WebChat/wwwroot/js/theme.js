// Light, dark, or as the system has it.
import { $, announce, setIcon } from "./dom.js";

const themes = ["auto", "light", "dark"];
const icons = { auto: "auto", light: "sun", dark: "moon" };

function current() {
  try {
    return themes.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto";
  } catch {
    return "auto"; // storage may be switched off
  }
}

function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = $("theme");
  setIcon(button, icons[theme]);
  const label = `Theme: ${theme === "auto" ? "as the system" : theme}. Change it`;
  button.setAttribute("aria-label", label);
  button.title = label;
}

export function startTheme() {
  apply(current());
  $("theme").addEventListener("click", () => {
    const next = themes[(themes.indexOf(current()) + 1) % themes.length];
    try {
      localStorage.setItem("theme", next);
    } catch {
      // It then lasts until the page is left.
    }
    apply(next);
    announce(`Theme: ${next}`);
  });
}
