// @ts-check
/**
 * In an opaque origin `localStorage`, `sessionStorage` and `document.cookie` throw `SecurityError`, and Reflex's
 * runtime reads all three while its modules are evaluated. So this module is the first import of a widget's entry:
 * it puts a stand-in, kept in memory for the life of the document, in the place of each one that throws.
 */

/**
 * A `Storage` that lives in memory.
 * @returns {Storage}
 */
export function memoryStorage() {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(String(key)) ?? null,
    setItem: (key, value) => void items.set(String(key), String(value)),
    removeItem: (key) => void items.delete(String(key)),
    clear: () => items.clear(),
  };
}

/**
 * A `document.cookie` property that lives in memory: names, values and deletion, no other attribute.
 * @returns {PropertyDescriptor}
 */
export function memoryCookies() {
  /** @type {Map<string, string>} */
  const jar = new Map();
  return {
    configurable: true,
    get: () => [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
    set(text) {
      const [pair, ...attributes] = String(text).split(";");
      const cut = pair.indexOf("=");
      const name = pair.slice(0, Math.max(cut, 0)).trim();
      const gone = attributes.some((attribute) => {
        const [key, value = ""] = attribute.trim().split("=");
        return /^max-age$/i.test(key) ? Number(value) <= 0 : /^expires$/i.test(key) && Date.parse(value) <= Date.now();
      });
      if (gone) jar.delete(name);
      else jar.set(name, pair.slice(cut + 1).trim());
    },
  };
}

/**
 * Replace what throws in `win`; leave alone what works.
 * @param {Window & typeof globalThis} win The widget's window.
 */
export function installStorage(win) {
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      win[name].getItem("");
    } catch {
      Object.defineProperty(win, name, { configurable: true, value: memoryStorage() });
    }
  }
  try {
    void win.document.cookie;
  } catch {
    Object.defineProperty(win.document, "cookie", memoryCookies());
  }
}

if (typeof window !== "undefined") installStorage(window);
