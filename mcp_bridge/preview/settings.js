// @ts-check
/** The controls of the scene, but its tool and quirks: what they show is the scene, what they change is the scene. */

import { byId } from "./dom.js";
import { recall, remember } from "./memory.js";
import { HOSTS } from "./scene.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

const REMEMBERED = /** @type {const} */ (["host", "theme", "width", "locale"]);
const SIDES = /** @type {const} */ (["top", "right", "bottom", "left"]);
const TIME_ZONES = ["UTC", "America/Los_Angeles", "America/New_York", "Europe/Berlin", "Africa/Cairo", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland"];

/**
 * The settings that this browser had last, for a visitor whose link names none.
 * @param {Scene} scene As the address names it.
 * @returns {Record<string, any>}
 */
export function rememberedSettings(scene) {
  const isShared = Object.keys(scene).some((key) => key !== "tool" && key !== "input");
  const stored = recall("settings", /** @type {Record<string, any>} */ ({}));
  return isShared ? {} : Object.fromEntries(Object.entries(stored).filter(([key]) => REMEMBERED.includes(/** @type {any} */ (key))));
}

/**
 * Wire the controls in index.html.
 * @param {(change: Record<string, any>) => void} onChange
 * @returns {(scene: Scene) => void} Shows a scene.
 */
export function createSettings(onChange) {
  const host = /** @type {HTMLSelectElement} */ (byId("host"));
  host.append(...Object.entries(HOSTS).map(([id, { title }]) => new Option(title, id)));
  const zone = /** @type {HTMLSelectElement} */ (byId("time-zone"));
  zone.append(...TIME_ZONES.map((name) => new Option(name, name)));

  for (const input of controls()) {
    input.addEventListener("change", () => {
      const key = keyOf(input);
      const value = key === "safeArea" ? safeArea() : parse(key, input.value);
      onChange({ [key]: value });
      if (REMEMBERED.includes(/** @type {any} */ (key))) remember("settings", { ...recall("settings", {}), [key]: value });
    });
  }

  return (scene) => {
    for (const input of controls()) {
      const key = keyOf(input);
      const value = /** @type {any} */ (scene)[key];
      if (key === "safeArea") input.value = value ? String(value[/** @type {string} */ (input.dataset.side)]) : "";
      else if (input instanceof HTMLSelectElement) select(input, value ?? fallback(key));
      else if (input.type === "radio") input.checked = input.value === String(value ?? fallback(key));
      else input.value = typeof value === "number" ? String(value) : "";
    }
    document.documentElement.dataset.theme = scene.theme ?? "auto";
  };
}

/** @returns {Control[]} */
function controls() {
  return [...document.querySelectorAll("[data-setting]")].map((input) => /** @type {Control} */ (input));
}

/** @param {Control} input */
const keyOf = (input) => /** @type {string} */ (input.dataset.setting);

/**
 * What a control shows of an absent key.
 * @param {string} key
 */
function fallback(key) {
  return { host: "plain", theme: "auto", width: "full", locale: navigator.language }[key] ?? "";
}

/**
 * @param {HTMLSelectElement} input
 * @param {string} value
 */
function select(input, value) {
  if (![...input.options].some((option) => option.value === value)) input.prepend(new Option(value, value));
  input.value = value;
}

/**
 * @param {string} key
 * @param {string} text
 * @returns {any} undefined for what the host decides.
 */
function parse(key, text) {
  if (text === "") return undefined;
  return ["width", "maxHeight"].includes(key) && text !== "full" ? Math.min(20_000, Math.max(1, Math.round(Number(text)))) : text;
}

/** @returns {Record<string, number> | undefined} */
function safeArea() {
  const inputs = /** @type {HTMLInputElement[]} */ (controls().filter((input) => keyOf(input) === "safeArea"));
  if (inputs.every((input) => input.value === "")) return undefined;
  const pixels = (/** @type {string} */ side) => Number(inputs.find((input) => input.dataset.side === side)?.value ?? 0);
  return Object.fromEntries(SIDES.map((side) => [side, Math.min(2000, Math.max(0, pixels(side)))]));
}
