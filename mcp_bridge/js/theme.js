// @ts-check
/**
 * Stands in for Reflex's `utils/react-theme`: the color mode is the host's theme. `rx.toggle_color_mode` and
 * `rx.set_color_mode` go over it until the host's theme changes; an app whose own default is light or dark starts so.
 */
import { createContext, createElement, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { ColorModeContext } from "$/utils/context-registry";
import { hostContext } from "./context.js";

/** @type {ReturnType<typeof createContext<ThemeValue>>} */
const ThemeContext = createContext(
  /** @type {ThemeValue} */ ({ theme: "system", resolvedTheme: "light", setTheme: () => {} }),
);
ThemeContext.displayName = "ThemeContext";

const hostTheme = () => hostContext.getSnapshot().theme;

/**
 * Gives Reflex's color mode to everything below.
 * @param {{ children?: any, defaultTheme?: ColorMode }} props
 */
export function ThemeProvider({ children, defaultTheme = "system" }) {
  const fromHost = useSyncExternalStore(hostContext.subscribe, hostTheme, hostTheme);
  const [chosen, setChosen] = useState({ mode: defaultTheme, over: fromHost });
  const mode = chosen.over === fromHost ? chosen.mode : "system";
  const resolved = mode === "system" ? fromHost : mode;

  useEffect(() => {
    if (chosen.over !== fromHost) setChosen({ mode: "system", over: fromHost });
  }, [chosen, fromHost]);

  useEffect(() => {
    const root = document.documentElement;
    root.classList.remove("light", "dark");
    root.classList.add(resolved);
    root.style.colorScheme = resolved;
  }, [resolved]);

  const value = useMemo(() => {
    const setTheme = (/** @type {ColorMode} */ next) => {
      if (["light", "dark", "system"].includes(next)) setChosen({ mode: next, over: fromHost });
      else console.error(`Color mode "${next}" is not known. Use "light", "dark" or "system".`);
    };
    const toggleColorMode = () => setTheme(resolved === "light" ? "dark" : "light");
    return {
      theme: { theme: mode, resolvedTheme: resolved, setTheme },
      colorMode: { rawColorMode: mode, resolvedColorMode: resolved, toggleColorMode, setColorMode: setTheme },
    };
  }, [mode, resolved, fromHost]);

  return createElement(
    ThemeContext.Provider,
    { value: value.theme },
    createElement(ColorModeContext.Provider, { value: value.colorMode }, children),
  );
}

/** @returns {ThemeValue} */
export function useTheme() {
  return useContext(ThemeContext);
}
