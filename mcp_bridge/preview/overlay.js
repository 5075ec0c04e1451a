// @ts-check
/** The host's side of `window.openai`: answers what `openai.js` asks from inside a frame, and tells it new globals. */

/** @typedef {Record<string, (...params: any[]) => any>} Methods */
/**
 * @typedef {object} Overlay
 * @property {(globals: Record<string, any>) => void} set
 * @property {() => void} end
 */

/**
 * Serve one frame.
 * @param {HTMLIFrameElement} frame
 * @param {Methods} methods
 * @returns {Overlay}
 */
export function createOverlay(frame, methods) {
  /** @type {MessagePort | null} */
  let port = null;
  /** What was set before the frame had its port. @type {Record<string, any>[]} */
  let early = [];

  /** @param {MessageEvent} event */
  function listen(event) {
    if (event.source !== frame.contentWindow || event.data?.preview !== "openai" || !event.ports[0]) return;
    port?.close();
    port = event.ports[0];
    port.onmessage = ({ data }) => void answer(data, /** @type {MessagePort} */ (port));
    for (const globals of early) port.postMessage({ globals });
    early = [];
  }

  /**
   * @param {{id: number, method: string, params: any[]}} question
   * @param {MessagePort} asker
   */
  async function answer({ id, method, params }, asker) {
    try {
      if (!Object.hasOwn(methods, method)) throw new Error(`This host does not know window.openai.${method}.`);
      asker.postMessage({ id, result: await methods[method](...params) });
    } catch (error) {
      asker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  window.addEventListener("message", listen);
  return {
    set(globals) {
      if (port) port.postMessage({ globals });
      else early.push(globals);
    },
    end() {
      window.removeEventListener("message", listen);
      port?.close();
    },
  };
}
