// @ts-check
/** What the tests share: the wire examples, a clock that is moved by hand, a window without a browser. */
import { readFileSync } from "node:fs";

/** A fresh copy of one of the wire examples. @param {string} name @returns {any} */
export const wire = (name) => JSON.parse(readFileSync(new URL(`../wire/${name}.json`, import.meta.url), "utf8"));

/** Let everything that is already due run. */
export const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Timers that run when `pass` is called. */
export function createClock() {
  let now = 0;
  let count = 0;
  /** @type {Map<number, { at: number, run: () => void }>} */
  const timers = new Map();
  return {
    set: (/** @type {() => void} */ run, /** @type {number} */ ms) => {
      timers.set(++count, { at: now + ms, run });
      return count;
    },
    clear: (/** @type {number} */ id) => void timers.delete(id),
    /** @param {number} ms */
    async pass(ms) {
      await settle();
      now += ms;
      for (const [id, { at, run }] of [...timers]) {
        if (at <= now && timers.delete(id)) run();
      }
      await settle();
    },
  };
}

/** The configuration of the widget in the wire examples. */
export const config = {
  widget: "hello",
  title: "Hello",
  version: "0.1.0",
  rootState: "reflex___state____state",
  states: ["reflex___state____state", "reflex___state____state.app___hello____hello"],
  clientStorage: {},
  tools: { hello: { readOnly: true } },
  eventTool: "reflex_event",
  pollTool: "reflex_poll",
  displayModes: ["inline", "fullscreen", "pip"],
};

/** An element with what the bridge touches of one. */
function createElement() {
  /** @type {Record<string, string>} */
  const variables = {};
  return {
    id: "",
    lang: "",
    dir: "",
    textContent: "",
    dataset: /** @type {Record<string, string>} */ ({}),
    style: {
      variables,
      colorScheme: "",
      setProperty: (/** @type {string} */ name, /** @type {string} */ value) => void (variables[name] = value),
    },
    attributes: new Set(),
    toggleAttribute(/** @type {string} */ name, /** @type {boolean} */ on) {
      this.attributes[on ? "add" : "delete"](name);
    },
  };
}

/**
 * A window whose parent collects what is posted to it.
 * @param {{ framed?: boolean, openai?: any, search?: string, fetch?: any, page?: object, history?: any }} [options] `page` is the JSON
 *   of a document that stands by itself.
 */
export function createWindow({ framed = true, openai, search = "", fetch, page, history } = {}) {
  const target = new EventTarget();
  /** @type {any[]} */
  const posted = [];
  const parent = { postMessage: (/** @type {any} */ message) => void posted.push(structuredClone(message)) };
  /** @type {any[]} */
  const styles = [];
  const root = createElement();
  if (page) styles.push({ id: "mcp-bridge-page", textContent: JSON.stringify(page) });
  /** @type {any} */
  const win = {
    addEventListener: target.addEventListener.bind(target),
    openai,
    history,
    fetch,
    location: { search },
    navigator: { language: "en-GB" },
    open: (/** @type {any[]} */ ...args) => void win.opened.push(args),
    opened: [],
    document: {
      documentElement: root,
      head: { append: (/** @type {any} */ style) => void styles.push(style) },
      createElement,
      getElementById: (/** @type {string} */ id) => styles.find((style) => style.id === id) ?? null,
    },
  };
  win.parent = framed ? parent : win;
  return {
    win,
    root,
    posted,
    styles,
    /** Post to the widget. @param {any} message @param {any} [source] */
    post(message, source = win.parent) {
      const event = new Event("message");
      Object.assign(event, { data: { jsonrpc: "2.0", ...message }, source });
      target.dispatchEvent(event);
    },
    /** Change `window.openai` and say so. @param {any} globals */
    setGlobals(globals) {
      Object.assign(win.openai, globals);
      const event = new Event("openai:set_globals");
      Object.assign(event, { detail: { globals } });
      target.dispatchEvent(event);
    },
    /** The last request of a method. @param {string} method */
    asked: (method) => posted.findLast((message) => message.method === method),
  };
}
