// @ts-check
/**
 * A scene is everything that decides what one sees: the tool and its input, the host, its settings, its quirks.
 *
 *     readScene("#tool=flights&args={}&host=chatgpt&quirks=offline")   // { tool: "flights", input: {}, host: …, quirks: … }
 *
 * A key that is absent is the host's or the browser's to decide. The same keys are those of `tests/scenes/<name>.json`
 * (`mcp_bridge/scenes.py`), where `result` and `widgetState` may stand beside them; a link has no room for these.
 */
import PROFILES from "./profiles.json" with { type: "json" };
import QUIRKS from "./quirks.json" with { type: "json" };

/** @typedef {"inline" | "fullscreen" | "pip"} DisplayMode */
/** @typedef {{top: number, right: number, bottom: number, left: number}} Insets In CSS pixels. */
/**
 * @typedef {object} Scene
 * @property {string} [tool]
 * @property {Record<string, any>} [input]
 * @property {string} [host] An id of profiles.json; `plain` if absent.
 * @property {"light" | "dark" | "auto"} [theme]
 * @property {string} [locale] BCP 47.
 * @property {string} [timeZone] IANA.
 * @property {"ltr" | "rtl"} [direction] Absent: as the locale is written.
 * @property {"desktop" | "mobile"} [device]
 * @property {number | "full"} [width] Of the widget, in CSS pixels; "full": as wide as the host's column.
 * @property {DisplayMode} [displayMode]
 * @property {number} [maxHeight] Of an inline widget, in CSS pixels.
 * @property {Insets} [safeArea]
 * @property {string[]} [quirks] Ids of quirks.json; `late-result:500` gives the milliseconds.
 * @property {any} [result] A CallToolResult that is shown in place of calling the tool.
 * @property {any} [widgetState] What the host has kept for the widget.
 */
/** @typedef {{id: string, group: string, title: string, sentence: string, thread: string, milliseconds?: number, needs?: string}} Quirk */

/** @type {Record<string, any>} */
export const HOSTS = PROFILES;
/** @type {Quirk[]} */
export const QUIRK_LIST = QUIRKS;

const CHOICES = /** @type {Record<string, string[]>} */ ({
  host: Object.keys(PROFILES),
  theme: ["light", "dark", "auto"],
  direction: ["ltr", "rtl"],
  device: ["desktop", "mobile"],
  displayMode: ["inline", "fullscreen", "pip"],
});
const SIDES = /** @type {const} */ (["top", "right", "bottom", "left"]);

/** How the URL spells each key, and reads it; a value that is none is dropped. @type {Record<string, (text: string) => any>} */
const READERS = {
  tool: (text) => text || undefined,
  args: (text) => object(text),
  host: (text) => choice("host", text),
  theme: (text) => choice("theme", text),
  locale: (text) => (isLocale(text) ? text : undefined),
  timeZone: (text) => (isTimeZone(text) ? text : undefined),
  direction: (text) => choice("direction", text),
  device: (text) => choice("device", text),
  width: (text) => (text === "full" ? text : pixels(text)),
  displayMode: (text) => choice("displayMode", text),
  maxHeight: (text) => pixels(text),
  safeArea: (text) => insets(text.split(",").map(Number)),
  quirks: (text) => known(text.split(",")),
};

/**
 * The scene that a URL hash names.
 * @param {string} hash With or without `#`.
 * @returns {Scene}
 */
export function readScene(hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Record<string, any>} */
  const scene = {};
  for (const [key, read] of Object.entries(READERS)) {
    const text = params.get(key);
    const value = text === null ? undefined : read(text);
    if (value !== undefined) scene[key === "args" ? "input" : key] = value;
  }
  return scene;
}

/**
 * The URL hash of a scene, without `#`; keys in a fixed order, so that equal scenes have equal links.
 * @param {Scene} scene
 * @returns {string}
 */
export function writeScene(scene) {
  const params = new URLSearchParams();
  for (const key of Object.keys(READERS)) {
    const value = /** @type {any} */ (scene)[key === "args" ? "input" : key];
    if (value === undefined || (key === "quirks" && value.length === 0)) continue;
    params.set(key, spell(key, value));
  }
  return params.toString();
}

/**
 * A scene with some keys replaced; `undefined` and `null` take a key away.
 * @param {Scene} scene
 * @param {Record<string, any>} change
 * @returns {Scene}
 * @throws {Error} In a sentence, if a key or a value is none of a scene's.
 */
export function changeScene(scene, change) {
  /** @type {Record<string, any>} */
  const next = { ...scene };
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined || value === null) delete next[key];
    else next[key] = checked(key, value);
  }
  return next;
}

/**
 * The quirks of a scene, by id, with the milliseconds of those that have some.
 * @param {Scene} scene
 * @returns {Map<string, number>}
 */
export function quirksOf(scene) {
  return new Map(
    (scene.quirks ?? []).map((spelled) => {
      const [id, ms] = spelled.split(":");
      return [id, ms === undefined ? (QUIRK_LIST.find((each) => each.id === id)?.milliseconds ?? 0) : Number(ms)];
    }),
  );
}

/**
 * @param {string} key
 * @param {any} value
 */
function checked(key, value) {
  if (["result", "widgetState"].includes(key)) return value;
  const spelled = key === "input" ? "args" : key;
  if (!Object.hasOwn(READERS, spelled) || key === "args") throw new Error(`A scene has no key "${key}".`);
  const read = READERS[spelled](spell(spelled, value));
  const isLost = key === "quirks" && read.length !== value.length;
  if (read === undefined || isLost) throw new Error(`${JSON.stringify(value)} is no ${key} of a scene.`);
  return read;
}

/**
 * @param {string} key
 * @param {any} value
 * @returns {string}
 */
function spell(key, value) {
  if (key === "args") return JSON.stringify(value);
  if (key === "safeArea") return SIDES.map((side) => value?.[side] ?? 0).join(",");
  return Array.isArray(value) ? value.join(",") : String(value);
}

/**
 * @param {string} key
 * @param {string} text
 */
const choice = (key, text) => (CHOICES[key].includes(text) ? text : undefined);

/** @param {string} text */
function pixels(text) {
  const number = Number(text);
  return Number.isFinite(number) && number >= 1 && number <= 20_000 ? Math.round(number) : undefined;
}

/** @param {number[]} numbers */
function insets(numbers) {
  if (numbers.length !== 4 || numbers.some((each) => !(each >= 0 && each <= 2000))) return undefined;
  return Object.fromEntries(SIDES.map((side, index) => [side, numbers[index]]));
}

/** @param {string[]} spelled */
function known(spelled) {
  const isKnown = (/** @type {string} */ each) => {
    const [id, ms] = each.split(":");
    const quirk = QUIRK_LIST.find((one) => one.id === id);
    return quirk && (ms === undefined || (quirk.milliseconds !== undefined && /^\d{1,7}$/.test(ms)));
  };
  return [...new Set(spelled.filter(isKnown))];
}

/** @param {string} text */
function object(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function isLocale(text) {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** @param {string} text */
function isTimeZone(text) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: text }));
  } catch {
    return false;
  }
}
