// @ts-check
/** What the page remembers: settings and entered values. The scene itself is in the address (`scene.js`). */

const PREFIX = "mcp-bridge.preview.";

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
    // The address still carries the values.
  }
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
