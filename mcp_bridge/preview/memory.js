// @ts-check
/** What the page remembers: settings and entered values in localStorage, the shown tool and its values in the hash. */

const PREFIX = "mcp-bridge.preview.";
const HASH_CHARACTERS = 6000;

/**
 * @typedef {{tool: string | null, values: Record<string, any> | null}} Place
 */

/**
 * A remembered value, or the fallback.
 * @template T
 * @param {string} key
 * @param {T} fallback
 * @returns {T}
 */
export function recall(key, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/**
 * Remember a value; a browser that refuses storage forgets it.
 * @param {string} key
 * @param {unknown} value
 */
export function remember(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // The hash still carries the values.
  }
}

/**
 * What the hash names: `#tool=flights&args={"origin":"JFK"}`.
 * @returns {Place}
 */
export function readPlace() {
  const params = new URLSearchParams(location.hash.slice(1));
  try {
    const values = JSON.parse(params.get("args") ?? "null");
    return { tool: params.get("tool"), values: typeof values === "object" && !Array.isArray(values) ? values : null };
  } catch {
    return { tool: params.get("tool"), values: null };
  }
}

/**
 * Put a tool and its values into the hash, without a new entry in the history.
 * @param {string} tool
 * @param {Record<string, any>} values
 */
export function writePlace(tool, values) {
  const args = JSON.stringify(values);
  const isShort = args.length <= HASH_CHARACTERS;
  history.replaceState(null, "", `#${new URLSearchParams(isShort ? { tool, args } : { tool })}`);
}

/**
 * Whether this tab ran a tool before it was reloaded; a shared link never does.
 * @param {string} [ran] Remember this one instead of asking.
 * @returns {string | null}
 */
export function lastRun(ran) {
  try {
    if (ran !== undefined) sessionStorage.setItem(`${PREFIX}ran`, ran);
    return sessionStorage.getItem(`${PREFIX}ran`);
  } catch {
    return null;
  }
}
