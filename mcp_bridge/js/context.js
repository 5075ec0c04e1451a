// @ts-check
/**
 * What is known about the host: one store, filled by `host.js` in a widget and by nobody in an ordinary Reflex page.
 *
 * It imports nothing that talks to a host, so a page may read it without starting a handshake. It is safe to evaluate
 * where there is no browser: Reflex prerenders ordinary pages at export.
 */
import { createStore } from "./store.js";

/** What holds before anything is known, and while a page is prerendered. @type {HostContext} */
export const DEFAULT_CONTEXT = Object.freeze({
  connected: false,
  theme: "light",
  locale: "en",
  displayMode: "fullscreen",
  timeZone: "UTC",
  platform: "web",
  touch: false,
  displayModes: ["fullscreen"],
  maxHeight: 0,
  fixedHeight: false,
  safeArea: Object.freeze({ top: 0, right: 0, bottom: 0, left: 0 }),
  canSendMessage: false,
  canOpenLink: true,
  canCallTools: false,
});

/**
 * What the browser alone can tell.
 * @param {Window & typeof globalThis} win
 * @returns {Partial<HostContext>}
 */
export function browserContext(win) {
  const matches = (/** @type {string} */ query) => win.matchMedia?.(query).matches ?? false;
  return {
    theme: matches("(prefers-color-scheme: dark)") ? "dark" : "light",
    locale: win.navigator?.language || "en",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    touch: matches("(pointer: coarse)"),
  };
}

/**
 * The fields of our context in MCP Apps' `hostContext`.
 * @param {Record<string, any>} host
 * @returns {Partial<HostContext>}
 */
export function fromHostContext(host) {
  const size = host.containerDimensions;
  return {
    theme: host.theme === "dark" || host.theme === "light" ? host.theme : undefined,
    locale: host.locale,
    displayMode: host.displayMode,
    displayModes: Array.isArray(host.availableDisplayModes) ? host.availableDisplayModes : undefined,
    timeZone: host.timeZone,
    platform: host.platform,
    touch: host.deviceCapabilities?.touch,
    maxHeight: size?.maxHeight ?? size?.height,
    fixedHeight: size && typeof size.height === "number",
    safeArea: host.safeAreaInsets,
  };
}

/**
 * The fields of our context in `window.openai`.
 * @param {OpenAiGlobals} globals
 * @returns {Partial<HostContext>}
 */
export function fromOverlay(globals) {
  const device = globals.userAgent?.device?.type;
  return {
    theme: globals.theme === "dark" || globals.theme === "light" ? globals.theme : undefined,
    locale: globals.locale,
    displayMode: globals.displayMode,
    displayModes: globals.requestDisplayMode && ["inline", "fullscreen", "pip"],
    platform: device === "desktop" ? "desktop" : device === "mobile" || device === "tablet" ? "mobile" : undefined,
    touch: globals.userAgent?.capabilities?.touch,
    maxHeight: globals.maxHeight,
    safeArea: globals.safeArea?.insets,
  };
}

/** @type {Store<HostContext>} */
export const hostContext = createStore(
  typeof window === "undefined" ? DEFAULT_CONTEXT : { ...DEFAULT_CONTEXT, ...browserContext(window) },
);

/**
 * Merge `change` into `store`; fields that are undefined or null keep their value.
 * @param {Store<HostContext>} store
 * @param {Partial<HostContext>} change
 */
export function mergeContext(store, change) {
  const current = store.getSnapshot();
  const known = Object.entries(change).filter(([, value]) => value !== undefined && value !== null);
  if (known.some(([key, value]) => JSON.stringify(/** @type {any} */ (current)[key]) !== JSON.stringify(value))) {
    store.set({ ...current, ...Object.fromEntries(known) });
  }
}
