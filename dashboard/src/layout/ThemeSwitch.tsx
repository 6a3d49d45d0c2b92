import { type Theme, useTheme } from "./theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICON: Record<Theme, string> = { system: "◐", light: "○", dark: "●" };

/** Switches between the system's colour scheme, light and dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const label = `Theme: ${theme}. Switch to ${NEXT[theme]}`;
  return (
    <button type="button" className="quiet" aria-label={label} title={label} onClick={() => setTheme(NEXT[theme])}>
      <span aria-hidden="true">{ICON[theme]}</span>
    </button>
  );
}
