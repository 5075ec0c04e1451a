// @ts-check
/**
 * What a widget is told of its surroundings, from the scene and the host's profile: as MCP Apps' host context (2026-01-26,
 * "Host Context") and as the globals of `window.openai`. It is made anew at each change; the difference is what is sent.
 */
import { HOSTS, quirksOf } from "./scene.js";
import { variables } from "./variables.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").DisplayMode} DisplayMode */
/** @typedef {{width: number, height: number}} Box Of the frame, in CSS pixels. */
/**
 * @typedef {object} Surroundings A scene with everything decided.
 * @property {string} host
 * @property {any} profile
 * @property {"light" | "dark"} theme
 * @property {string} locale
 * @property {string} timeZone
 * @property {"ltr" | "rtl"} direction
 * @property {boolean} isDirectionChosen Whether the scene says it, and not the locale.
 * @property {"desktop" | "mobile"} device
 * @property {number | null} width Of an inline widget; null: all there is.
 * @property {number} maxHeight
 * @property {import("./scene.js").Insets} safeArea
 * @property {boolean} isSafeAreaChosen Whether the scene says it; a host's own is that of its whole screen.
 * @property {Map<string, number>} quirks
 */

export const DEFAULT_HOST = "plain";
/** The height of the frame where the host fixes it. */
const FIXED_HEIGHT = 400;
/** The height of a floating widget. */
const PIP_HEIGHT = 320;
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|iw|khw|ks|ps|sd|ug|ur|yi)\b/i;
const NO_INSETS = { top: 0, right: 0, bottom: 0, left: 0 };

/**
 * Decide what the scene leaves open: by the host, else by the browser.
 * @param {Scene} scene
 * @param {{prefersDark: boolean, language: string}} browser
 * @returns {Surroundings}
 */
export function surroundings(scene, { prefersDark, language }) {
  const host = scene.host ?? DEFAULT_HOST;
  const profile = HOSTS[host];
  const device = scene.device ?? profile.device;
  const locale = scene.locale ?? language;
  const column = scene.device === "mobile" && profile.device !== "mobile" ? 390 : (profile.column ?? null);
  return {
    host,
    profile,
    device,
    locale,
    theme: scene.theme === "light" || scene.theme === "dark" ? scene.theme : prefersDark ? "dark" : "light",
    timeZone: scene.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    direction: scene.direction ?? (RIGHT_TO_LEFT.test(locale) ? "rtl" : "ltr"),
    isDirectionChosen: scene.direction !== undefined,
    width: typeof scene.width === "number" ? scene.width : column,
    maxHeight: scene.maxHeight ?? profile.container.maxHeight ?? 5000,
    safeArea: scene.safeArea ?? profile.safeArea ?? NO_INSETS,
    isSafeAreaChosen: scene.safeArea !== undefined,
    quirks: quirksOf(scene),
  };
}

/**
 * @param {Surroundings} around
 * @param {DisplayMode} mode
 * @param {Box} box
 */
function dimensions({ profile, maxHeight, quirks }, mode, box) {
  if (mode === "fullscreen") return { width: box.width, height: box.height };
  if (mode === "pip") return { width: box.width, maxHeight: PIP_HEIGHT };
  const { height, maxWidth } = profile.container;
  const across = maxWidth ? { maxWidth: box.width } : { width: box.width };
  if (quirks.has("fixed-height")) return { ...across, height: Math.min(FIXED_HEIGHT, maxHeight) };
  return { ...across, ...(height ? { height: Math.min(box.height || height, maxHeight) } : { maxHeight }) };
}

/**
 * @param {Surroundings} around
 * @param {DisplayMode} mode
 */
const insets = ({ safeArea, isSafeAreaChosen }, mode) => (mode === "fullscreen" || isSafeAreaChosen ? safeArea : NO_INSETS);

/**
 * The host context.
 * @param {Surroundings} around
 * @param {DisplayMode} mode
 * @param {Box} box
 * @returns {Record<string, any>}
 */
export function hostContext(around, mode, box) {
  const { profile, theme, locale, timeZone, device } = around;
  return {
    theme,
    styles: { variables: variables(theme) },
    displayMode: mode,
    availableDisplayModes: profile.displayModes,
    containerDimensions: dimensions(around, mode, box),
    locale,
    timeZone,
    userAgent: profile.userAgent,
    platform: device === "mobile" ? "mobile" : profile.platform === "mobile" ? "web" : profile.platform,
    deviceCapabilities: { touch: device === "mobile", hover: device !== "mobile" },
    safeAreaInsets: insets(around, mode),
  };
}

/**
 * The globals of `window.openai` that say how the widget is shown.
 * @param {Surroundings} around
 * @param {DisplayMode} mode
 * @param {Box} box
 * @returns {Record<string, any>}
 */
export function openaiGlobals(around, mode, box) {
  const { theme, locale, device, maxHeight, quirks } = around;
  const isMobile = device === "mobile";
  const height = quirks.has("fixed-height") ? Math.min(FIXED_HEIGHT, maxHeight) : maxHeight;
  return {
    theme,
    locale,
    displayMode: mode,
    maxHeight: mode === "inline" ? height : mode === "pip" ? PIP_HEIGHT : box.height,
    safeArea: { insets: insets(around, mode) },
    userAgent: { device: { type: device }, capabilities: { hover: !isMobile, touch: isMobile } },
    view: { mode, params: null },
  };
}

/**
 * What the host offers to widgets, less what a quirk takes away.
 * @param {Surroundings} around
 * @returns {Record<string, any>}
 */
export function capabilities({ profile, quirks }) {
  const gone = { serverTools: "no-server-tools", message: "no-message", updateModelContext: "no-model-context" };
  const kept = Object.entries(profile.capabilities).filter(([name]) => !quirks.has(/** @type {any} */ (gone)[name]));
  return Object.fromEntries(kept);
}

/**
 * The methods of `window.openai`, less what a quirk takes away; null for a host without it.
 * @param {Surroundings} around
 * @returns {string[] | null}
 */
export function openaiMethods({ profile, quirks }) {
  const gone = { callTool: "no-server-tools", sendFollowUpMessage: "no-message", setWidgetState: "no-model-context" };
  return profile.openai?.filter((/** @type {string} */ name) => !quirks.has(/** @type {any} */ (gone)[name])) ?? null;
}

/**
 * The keys of `next` whose values differ from those of `before`.
 * @param {Record<string, any>} before
 * @param {Record<string, any>} next
 * @returns {Record<string, any>}
 */
export function difference(before, next) {
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])));
}
