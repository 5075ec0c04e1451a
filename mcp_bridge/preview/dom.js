// @ts-check
/** Elements are made with `h`, and data only ever becomes text: nothing here parses HTML. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, unknown>} [props] `onclick`-like functions are listeners; `true` is an empty attribute; `false`, null and undefined are left out.
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...present(children.flat()));
  return element;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * An icon from the sprite in index.html, hidden from screen readers.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/**
 * The element with this id; its absence is a mistake in index.html.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element with id "${id}".`);
  return element;
}

/**
 * The size of a JSON value on the wire, in UTF-8 bytes.
 * @param {unknown} value
 * @returns {number}
 */
export function jsonBytes(value) {
  return value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * A size for people: "812 B", "4.2 KB".
 * @param {number} bytes
 * @returns {string}
 */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/**
 * A duration for people: "8 ms", "1.4 s".
 * @param {number} ms
 * @returns {string}
 */
export function formatMs(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/**
 * A button that copies a text and says so.
 * @param {() => string} text
 * @param {string} label
 * @param {string} [words] What it shows.
 * @returns {HTMLElement}
 */
export function copyButton(text, label, words = "Copy") {
  const caption = h("span", { "aria-live": "polite" }, words);
  const button = h("button", { type: "button", class: "quiet small", "aria-label": label }, icon("copy"), caption);
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(text()).then(() => "Copied", () => "Not allowed");
    caption.textContent = done;
    setTimeout(() => (caption.textContent = words), 1500);
  });
  return button;
}
