// @ts-check
/** The controls of the host: theme, width of the frame, locale. They are remembered and apply at once. */

import { byId } from "./dom.js";
import { recall, remember } from "./memory.js";

/**
 * @typedef {object} Settings
 * @property {() => "light" | "dark"} theme
 * @property {() => string} locale
 */

const KEYS = /** @type {const} */ (["theme", "width", "locale"]);
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Wire the controls in index.html.
 * @param {() => void} onChange
 * @returns {Settings}
 */
export function createSettings(onChange) {
  const stored = recall("settings", /** @type {Record<string, string>} */ ({}));
  const locale = /** @type {HTMLSelectElement} */ (byId("locale"));
  if (![...locale.options].some((option) => option.value === navigator.language)) {
    locale.prepend(new Option(navigator.language, navigator.language));
  }
  locale.value = navigator.language;

  for (const key of KEYS) {
    if (stored[key]) choose(key, stored[key]);
    for (const input of inputs(key)) {
      input.addEventListener("change", () => {
        remember("settings", Object.fromEntries(KEYS.map((each) => [each, chosen(each)])));
        applySettings();
        onChange();
      });
    }
  }
  const settings = {
    theme: () => {
      const theme = chosen("theme");
      return theme === "light" || theme === "dark" ? theme : prefersDark.matches ? "dark" : "light";
    },
    locale: () => chosen("locale"),
  };
  prefersDark.addEventListener("change", onChange);
  return settings;
}

/** Show the settings on the page itself. */
export function applySettings() {
  document.documentElement.dataset.theme = chosen("theme");
  byId("stage").dataset.width = chosen("width");
}

/**
 * @param {string} key
 * @returns {(HTMLInputElement | HTMLSelectElement)[]}
 */
function inputs(key) {
  return [...document.querySelectorAll(`[name="setting-${key}"]`)].map((input) => /** @type {HTMLInputElement} */ (input));
}

/**
 * @param {string} key
 * @returns {string}
 */
function chosen(key) {
  const all = inputs(key);
  return (all.find((input) => input instanceof HTMLSelectElement || input.checked) ?? all[0]).value;
}

/**
 * @param {string} key
 * @param {string} value
 */
function choose(key, value) {
  for (const input of inputs(key)) {
    if (input instanceof HTMLSelectElement) input.value = [...input.options].some((option) => option.value === value) ? value : input.value;
    else input.checked = input.value === value;
  }
}
