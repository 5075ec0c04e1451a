// @ts-check
/**
 * `window.openai`, as a widget finds it when its first script runs. The host page puts this before the widget's HTML.
 *
 * Data are plain properties, replaced before `openai:set_globals` tells of them. Methods go through one port to the
 * host page, so the widget's `message` events stay empty of our traffic.
 */

/** @typedef {{ id: number, method: string, params: unknown[] }} Question */
/** @typedef {{ id: number, result?: unknown, error?: string } | { globals: Record<string, unknown> }} Answer */

const globals = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("openai-globals")).textContent ?? "{}");
const { port1: port, port2 } = new MessageChannel();
/** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let last = 0;

/**
 * Ask the host page.
 * @param {string} method
 * @param {...unknown} params
 * @returns {Promise<any>}
 */
function ask(method, ...params) {
  last += 1;
  const id = last;
  port.postMessage({ id, method, params });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

/**
 * Replace globals and tell the widget.
 * @param {Record<string, unknown>} patch
 */
function setGlobals(patch) {
  Object.assign(openai, patch);
  dispatchEvent(new CustomEvent("openai:set_globals", { detail: { globals: patch } }));
}

const openai = {
  ...globals,
  callTool: (/** @type {string} */ name, /** @type {unknown} */ args) => ask("callTool", name, args),
  sendFollowUpMessage: (/** @type {unknown} */ message) => ask("sendFollowUpMessage", message),
  setWidgetState(/** @type {unknown} */ widgetState) {
    setGlobals({ widgetState });
    void ask("setWidgetState", widgetState);
  },
  requestDisplayMode: (/** @type {unknown} */ request) => ask("requestDisplayMode", request),
  openExternal: (/** @type {unknown} */ link) => void ask("openExternal", link),
  notifyIntrinsicHeight: (/** @type {number} */ height) => void ask("notifyIntrinsicHeight", height),
  requestClose: () => void ask("requestClose"),
};

port.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
  if ("globals" in data) {
    setGlobals(data.globals);
    return;
  }
  const call = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error === undefined) call?.resolve(data.result);
  else call?.reject(new Error(data.error));
};
Object.assign(window, { openai });
document.documentElement.lang = globals.locale;
window.parent.postMessage({ type: "openai:port" }, "*", [port2]);
