// @ts-check
/** A JSON value as a tree of `<details>`; children are made when their parent is first opened. */

import { copyButton, formatBytes, h, jsonBytes } from "./dom.js";

const PAGE = 100;
const OPEN_LINES = 24;
const GIST_CHARACTERS = 72;
/** A longer text is cut until it is asked for: base64, sealed snapshots. */
const LONG_CHARACTERS = 600;
const CUT_CHARACTERS = 160;

/**
 * A JSON value with a caption, its size and a copy button.
 * @param {string} title
 * @param {unknown} value
 * @param {string} [more] What else there is to say of its size.
 * @returns {HTMLElement}
 */
export function jsonBlock(title, value, more) {
  return h(
    "section",
    { class: "json-block" },
    h(
      "header",
      {},
      h("h2", {}, title),
      h("span", { class: "meta" }, [formatBytes(jsonBytes(value)), more].filter(Boolean).join(" · ")),
      copyButton(() => JSON.stringify(value, null, 2), `Copy ${title} as JSON`),
    ),
    jsonView(value),
  );
}

/**
 * A JSON value alone.
 * @param {unknown} value
 * @param {number} [lines] How many may be open at first.
 * @returns {HTMLElement}
 */
export function jsonView(value, lines = OPEN_LINES) {
  return h("div", { class: "json", dir: "ltr" }, node(null, value, lines));
}

/**
 * One line, or one container with its children.
 * @param {string | null} key
 * @param {unknown} value
 * @param {number} budget How many lines may be open below this one.
 * @returns {HTMLElement}
 */
function node(key, value, budget) {
  const label = key === null ? [] : [h("span", { class: "json-key" }, key), ": "];
  if (value === null || typeof value !== "object") {
    return h("div", { class: "json-line" }, ...label, scalar(value));
  }
  const isList = Array.isArray(value);
  /** @type {[string, unknown][]} */
  const entries = Object.entries(value);
  const brackets = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return h("div", { class: "json-line" }, ...label, brackets.join(""));
  }
  const open = entries.length <= budget;
  const summary = h("summary", {}, ...label, brackets[0], h("span", { class: "json-count" }, h("span", {}, gist(entries, isList)), brackets[1]));
  const details = /** @type {HTMLDetailsElement} */ (h("details", { class: "json-node" }, summary));
  const fill = () => {
    if (details.childElementCount === 1) {
      details.append(children(entries, open ? Math.floor((budget - entries.length) / 2) : 0));
    }
  };
  details.addEventListener("toggle", fill);
  if (open) {
    fill();
    details.open = true;
  }
  return details;
}

/**
 * A container in a few words: its first scalars, or how many entries it has.
 * @param {[string, unknown][]} entries
 * @param {boolean} isList
 * @returns {string}
 */
function gist(entries, isList) {
  const scalars = entries.slice(0, 4).filter(([, value]) => value === null || typeof value !== "object");
  if (scalars.length === 0 || isList) return `${entries.length} ${isList ? "item" : "key"}${entries.length === 1 ? "" : "s"}`;
  const text = scalars.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
  const cut = text.length > GIST_CHARACTERS ? text.slice(0, GIST_CHARACTERS) : text;
  return cut.length < text.length || scalars.length < entries.length ? `${cut}, …` : cut;
}

/**
 * The entries of a container, the first hundred at once.
 * @param {[string, unknown][]} entries
 * @param {number} budget
 * @returns {HTMLElement}
 */
function children(entries, budget) {
  const box = h("div", { class: "json-children" });
  const add = (/** @type {number} */ from) => {
    box.append(...entries.slice(from, from + PAGE).map(([key, value]) => node(key, value, budget)));
    const left = entries.length - from - PAGE;
    if (left > 0) {
      const more = h("button", { type: "button", class: "quiet small" }, `Show ${Math.min(left, PAGE)} of ${left} more`);
      more.addEventListener("click", () => {
        more.remove();
        add(from + PAGE);
      });
      box.append(more);
    }
  };
  add(0);
  return box;
}

/**
 * @param {unknown} value
 * @returns {HTMLElement}
 */
function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  const text = JSON.stringify(value) ?? "undefined";
  if (text.length <= LONG_CHARACTERS) return h("span", { class: `json-${kind}` }, text);
  const shown = h("span", { class: `json-${kind}` }, `${text.slice(0, CUT_CHARACTERS)}…`);
  const all = h("button", { type: "button", class: "quiet small" }, `Show all ${text.length.toLocaleString("en")} characters`);
  all.addEventListener("click", () => {
    shown.textContent = text;
    all.remove();
  });
  return h("span", {}, shown, " ", all);
}
