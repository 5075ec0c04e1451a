// @ts-check
/** Where two JSON values differ, as paths; both the comparison and its result are bounded. */

/** @typedef {{path: string, before: any, after: any}} Difference A missing value is undefined. */

const MOST_PARTS = 12;
const MOST_VISITS = 50_000;

/**
 * The differences of two values.
 * @param {any} before
 * @param {any} after
 * @returns {{isEqual: boolean, parts: Difference[], isCut: boolean}} `parts` is empty where the whole was exchanged.
 */
export function differences(before, after) {
  /** @type {Difference[]} */
  const parts = [];
  let visits = 0;
  let isCut = false;

  /**
   * @param {string} path
   * @param {any} old
   * @param {any} now
   */
  function walk(path, old, now) {
    if (old === now || isCut) return;
    if (parts.length >= MOST_PARTS || ++visits > MOST_VISITS) {
      isCut = true;
      return;
    }
    if (!isContainer(old) || !isContainer(now) || Array.isArray(old) !== Array.isArray(now)) {
      parts.push({ path, before: old, after: now });
      return;
    }
    if (path !== "" && isOther(old, now)) {
      parts.push({ path, before: old, after: now });
      return;
    }
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const inner = Array.isArray(now) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
      walk(inner, Object.hasOwn(old, key) ? old[key] : undefined, Object.hasOwn(now, key) ? now[key] : undefined);
      if (isCut) return;
    }
  }

  walk("", before, after);
  const isWhole = parts.length === 1 && parts[0].path === "";
  return { isEqual: parts.length === 0 && !isCut, parts: isWhole ? [] : parts, isCut };
}

/**
 * Whether an object is another one rather than a changed one: more than half of its plain values differ.
 * @param {any} old
 * @param {any} now
 */
function isOther(old, now) {
  if (Array.isArray(now)) return false;
  const plain = Object.keys(now).filter((key) => !isContainer(now[key]));
  return plain.length > 2 && plain.filter((key) => old[key] !== now[key]).length > plain.length / 2;
}

/** @param {any} value */
function isContainer(value) {
  return typeof value === "object" && value !== null;
}
