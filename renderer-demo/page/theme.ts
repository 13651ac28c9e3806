/** Dark, light, or as the system has it. */
import { button } from "./dom.js";

const THEMES = ["system", "dark", "light"] as const;
type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** @param onChange called when colours may have changed */
export function setUpTheme(onChange: () => void): void {
  const root = document.documentElement;
  let theme: Theme = THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system";
  const toggle = button("theme", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme;
    localStorage.setItem(KEY, theme);
    apply();
  });
  const apply = () => {
    root.dataset["theme"] = theme;
    toggle.title = `Theme: ${theme}`;
    toggle.setAttribute("aria-label", toggle.title);
    onChange();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
  apply();
}
