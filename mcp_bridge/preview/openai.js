// @ts-check
/**
 * `window.openai` inside the frame of a host that has it; the server puts this before the widget's own scripts.
 *
 * The frame's name carries what holds at the first script: `{"preview": {openai: {globals, methods}}}`. Later globals and
 * the answers of methods come through one port, so that the widget's own `message` events stay empty of our traffic.
 */
(() => {
  /** @type {{openai?: {globals: Record<string, any>, methods: string[]}}} */
  let given = {};
  try {
    given = JSON.parse(window.name).preview ?? {};
  } catch {
    // A frame with another name is none of ours.
  }
  if (!given.openai || window.parent === window) return;
  const { globals, methods } = given.openai;
  const { port1: port, port2 } = new MessageChannel();
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;

  /**
   * @param {string} method
   * @param {any[]} params
   * @returns {Promise<any>}
   */
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      port.postMessage({ id: last, method, params });
    });

  /** @param {Record<string, any>} changed */
  const setGlobals = (changed) => {
    Object.assign(openai, changed);
    if (changed.locale) document.documentElement.lang = changed.locale;
    window.dispatchEvent(new CustomEvent("openai:set_globals", { detail: { globals: changed } }));
  };

  /** Those that are no plain question. @type {Record<string, (...params: any[]) => any>} */
  const special = {
    // Kept at once; ChatGPT gives nothing to wait for.
    setWidgetState(state) {
      setGlobals({ widgetState: state });
      void ask("setWidgetState", [state]);
    },
    notifyIntrinsicHeight: (height) => void ask("notifyIntrinsicHeight", [height]),
    openExternal: (link) => void ask("openExternal", [link]).catch(() => undefined),
  };
  /** @type {Record<string, any>} */
  const openai = { ...globals };
  for (const name of methods) openai[name] = special[name] ?? ((/** @type {any[]} */ ...params) => ask(name, params));

  port.onmessage = ({ data }) => {
    if (data.globals) return setGlobals(data.globals);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) call?.resolve(data.result);
    else call?.reject(new Error(data.error));
  };
  Object.assign(window, { openai });
  if (globals.locale) document.documentElement.lang = globals.locale;
  window.parent.postMessage({ preview: "openai" }, "*", [port2]);
})();
