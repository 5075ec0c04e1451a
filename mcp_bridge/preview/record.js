// @ts-check
/** What happened, as plain JSON: what `window.emulator` shows to whoever drives the page, and the panels show to people. */

/** @typedef {{name: string, arguments: any, result?: any, error?: string, ms: number}} Call */
/** @typedef {{directive: string, blocked: string, cure: string}} Violation */
/** @typedef {"empty" | "loading" | "open" | "silent" | "failed"} State `silent`: no `ui/initialize` for five seconds. */
/**
 * @typedef {object} Record
 * @property {Call[]} calls Tool calls of the widget, as they are answered.
 * @property {string[]} messages Texts that the widget sent as the person.
 * @property {string[]} links Addresses that the widget wanted to open.
 * @property {{direction: "in" | "out", message: any, ms: number}[]} wire JSON-RPC with the widget; `in` is from it.
 * @property {{level: string, text: string}[]} logs
 * @property {Violation[]} violations Of the Content-Security-Policy.
 * @property {{width?: number, height?: number}[]} sizes What the widget reported.
 * @property {{name: string, isAllowed: boolean}[]} approvals What the person was asked, and said.
 * @property {number} inFlight Calls of the widget that are not answered yet.
 * @property {number} mounts Documents that the widget has had.
 * @property {any} modelContext
 * @property {any} widgetState
 * @property {string} displayMode
 * @property {any} result Of the opening call.
 * @property {State} state
 */
/** @typedef {(kind: string, value: any) => void} Listener With the key of the record that changed; `clear` for all. */

/** @returns {Record} */
const empty = () => ({
  calls: [], messages: [], links: [], wire: [], logs: [], violations: [], sizes: [], approvals: [], inFlight: 0, mounts: 0,
  modelContext: null, widgetState: null, displayMode: "inline", result: null, state: "empty",
});

/** A record, and the ways to write it. */
export function createRecord() {
  const record = empty();
  /** @type {Set<Listener>} */
  const listeners = new Set();
  let startedAt = performance.now();
  let epoch = 0;
  const tell = (/** @type {string} */ kind, /** @type {any} */ value) => listeners.forEach((listener) => listener(kind, value));

  return {
    record,
    tell,
    /** How often it was cleared. */
    epoch: () => epoch,
    /** Milliseconds since the last `clear`. */
    elapsed: () => performance.now() - startedAt,
    /**
     * Add to one of the lists.
     * @param {keyof Record} key
     * @param {any} value
     */
    add(key, value) {
      /** @type {any[]} */ (record[key]).push(value);
      tell(key, value);
    },
    /**
     * Replace one of the single values.
     * @param {keyof Record} key
     * @param {any} value
     */
    set(key, value) {
      if (record[key] === value) return;
      /** @type {any} */ (record)[key] = value;
      tell(key, value);
    },
    clear() {
      startedAt = performance.now();
      epoch += 1;
      Object.assign(record, empty());
      tell("clear", null);
    },
    /**
     * @param {Listener} listener
     * @returns {() => void} Takes it away again.
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
