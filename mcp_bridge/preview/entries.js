// @ts-check
/** A list of entries that can be searched, narrowed to one kind and copied; it keeps the newest five hundred. */

import { copyButton, h } from "./dom.js";
import { badge } from "./tabs.js";

/** @typedef {{kind: string, text: () => string, copy: () => unknown, element: HTMLElement}} Entry */

const LIMIT = 500;
/** Characters of an entry that are searched. */
const SEARCHED = 20_000;

/**
 * A list in a panel.
 * @param {object} options
 * @param {string} options.name Of the panel, for its badge.
 * @param {string} options.label What the entries are, for screen readers: "messages".
 * @param {string} options.empty A sentence while there are none.
 * @param {[string, string][]} [options.kinds] Value and label of each kind.
 * @returns {{element: HTMLElement, add: (entry: Entry, isBad?: boolean) => void, clear: () => void}}
 */
export function createEntries({ name, label, empty, kinds = [] }) {
  /** @type {Entry[]} */
  let entries = [];
  let count = 0;
  let isBad = false;
  const search = /** @type {HTMLInputElement} */ (h("input", { type: "search", placeholder: "Filter", "aria-label": `Filter the ${label} by text` }));
  const options = [["", `All ${label}`], ...kinds].map(([value, text]) => h("option", { value }, text));
  const kind = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": `Which ${label}`, hidden: kinds.length === 0 }, options));
  const shown = () => entries.filter((entry) => !entry.element.hidden);
  const copy = copyButton(() => JSON.stringify(shown().map((entry) => entry.copy()), null, 2), `Copy the ${label} that are shown as JSON`);
  const bar = h("div", { class: "filter", hidden: true }, search, kind, copy);
  const note = h("p", { class: "empty", role: "status" }, empty);
  const list = h("div", { class: "entries" });

  /** @param {Entry} entry */
  function isWanted(entry) {
    if (kind.value && entry.kind !== kind.value) return false;
    const text = search.value.trim().toLowerCase();
    return text === "" || entry.text().slice(0, SEARCHED).toLowerCase().includes(text);
  }

  function apply() {
    for (const entry of entries) entry.element.hidden = !isWanted(entry);
    tell();
  }

  function tell() {
    const visible = shown().length;
    note.hidden = visible > 0;
    note.textContent = entries.length === 0 ? empty : `None of the ${entries.length} ${label} matches the filter.`;
  }

  search.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  return {
    element: h("div", { class: "entries-panel" }, bar, note, list),
    add(entry, bad = false) {
      entries.push(entry);
      count += 1;
      isBad ||= bad;
      bar.hidden = false;
      entry.element.hidden = !isWanted(entry);
      list.append(entry.element);
      while (entries.length > LIMIT) entries.shift()?.element.remove();
      if (!entry.element.hidden) note.hidden = true;
      else tell();
      badge(name, count, isBad);
    },
    clear() {
      entries = [];
      count = 0;
      isBad = false;
      bar.hidden = true;
      list.replaceChildren();
      tell();
      badge(name, 0);
    },
  };
}

/**
 * An entry that is made when it is first opened.
 * @param {(Node | string | null | false)[]} summary
 * @param {() => (Node | string | null | false)[]} body
 * @param {string} [className]
 * @returns {HTMLElement}
 */
export function lazyEntry(summary, body, className = "") {
  const details = h("details", { class: `entry ${className}` }, h("summary", {}, ...summary));
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(...body().filter(present)));
  return details;
}

/**
 * @param {Node | string | null | false} node
 * @returns {node is Node | string}
 */
function present(node) {
  return node !== null && node !== false;
}
