// @ts-check
/**
 * JSON-RPC 2.0 over `postMessage` with the parent window, as MCP Apps 2026-01-26 uses it.
 *
 * A host's own shim may share this window and count 1, 2, 3, so ids are strings with a random part. Messages from any
 * other window are ignored. The listener is attached by the call to `createRpc` itself: hosts may speak first.
 */

/** What a host cannot do, refused, or did not answer. `code` tells which. */
export class HostError extends Error {
  /**
   * @param {string} message One sentence for the person at the widget.
   * @param {"unsupported" | "rejected" | "timeout"} code
   */
  constructor(message, code) {
    super(message);
    this.name = "HostError";
    this.code = code;
  }
}

/**
 * Wait for `promise`, but no longer than `ms`.
 * @template T
 * @param {PromiseLike<T>} promise
 * @param {number} ms Milliseconds.
 * @param {string} what The subject of the sentence when time is up.
 * @returns {Promise<T>}
 */
export function withTimeout(promise, ms, what) {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new HostError(`${what} was not answered within ${ms / 1000} seconds.`, "timeout"));
    const timer = setTimeout(expire, ms);
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/**
 * A random name: 16 hexadecimal digits.
 * @returns {string}
 */
export function randomId() {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

/**
 * Talk to the parent of `win`.
 * @param {Window} win
 * @param {Record<string, (params: any) => unknown>} handlers By method. A notification's return value is dropped; a
 *   request is answered with it, or with -32601 when there is no handler.
 * @returns {Rpc}
 */
export function createRpc(win, handlers) {
  const prefix = `widget-${randomId()}-`;
  let count = 0;
  /** @type {Map<string, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  const post = (/** @type {object} */ message) => win.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  const answer = async (/** @type {any} */ { id, method, params }) => {
    if (!Object.hasOwn(handlers, method)) {
      post({ id, error: { code: -32601, message: `Method not found: ${method}` } });
      return;
    }
    try {
      post({ id, result: (await handlers[method](params ?? {})) ?? {} });
    } catch (error) {
      post({ id, error: { code: -32603, message: String(error) } });
    }
  };

  win.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== win.parent || message?.jsonrpc !== "2.0") return;
    if (typeof message.method !== "string") {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) call?.reject(new HostError(String(message.error.message ?? "The host refused."), "rejected"));
      else call?.resolve(message.result);
    } else if (message.id !== undefined && message.id !== null) {
      void answer(message);
    } else if (Object.hasOwn(handlers, message.method)) {
      handlers[message.method](message.params ?? {});
    }
  });

  return {
    request(method, params) {
      const id = prefix + ++count;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        post({ id, method, params });
      });
    },
    notify: (method, params) => post({ method, params }),
  };
}
