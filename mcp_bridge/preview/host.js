// @ts-check
/** The host's side of MCP Apps 2026-01-26: JSON-RPC over `postMessage` with one widget in one frame. */

/** @typedef {{jsonrpc: "2.0", id?: string | number, method?: string, params?: any, result?: any, error?: {code: number, message: string}}} Message */
/**
 * What the preview does with what a widget asks.
 * @typedef {object} HostActions
 * @property {() => object} context The whole host context, for `ui/initialize`.
 * @property {(params: any, onProgress: (params: any) => void) => Promise<any>} callTool
 * @property {(params: any) => void} message
 * @property {(params: any) => void} modelContext
 * @property {(url: URL) => void} openLink
 * @property {(mode: string) => string} displayMode Returns the mode that is now shown.
 * @property {(size: {width?: number, height?: number}) => void} size
 * @property {(level: string, text: string) => void} log
 * @property {(modes: string[]) => void} ready With the display modes that the widget supports.
 * @property {() => void} close
 * @property {(direction: "in" | "out", message: Message) => void} wire Every message, both ways.
 */
/**
 * @typedef {object} Host
 * @property {(params: any) => void} input
 * @property {(result: any) => void} result
 * @property {(reason: string) => void} cancelled
 * @property {(partial: object) => void} contextChanged
 * @property {() => Promise<void>} teardown Tell the widget, wait half a second at most, and stop listening.
 */

const VERSION = "2026-01-26";
const TEARDOWN_MS = 500;
const CAPABILITIES = {
  openLinks: {},
  serverTools: {},
  logging: {},
  message: { text: {} },
  updateModelContext: { text: {}, structuredContent: {} },
};

/** A request that the host does not carry out, with its JSON-RPC code. */
class Refused extends Error {
  /**
   * @param {number} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Serve one frame. Messages to the widget wait until it says `initialized`.
 * @param {HTMLIFrameElement} frame
 * @param {HostActions} actions
 * @returns {Host}
 */
export function createHost(frame, actions) {
  /** @type {Message[]} */
  let waiting = [];
  let isReady = false;
  /** @type {string[]} */
  let modes = [];
  /** @type {() => void} */
  let tornDown = () => undefined;

  /** @param {Message} message */
  function post(message) {
    actions.wire("out", message);
    frame.contentWindow?.postMessage(message, "*");
  }

  /**
   * @param {string} method
   * @param {object} params
   */
  function notify(method, params) {
    /** @type {Message} */
    const message = { jsonrpc: "2.0", method, params };
    if (isReady) post(message);
    else waiting.push(message);
  }

  /** @type {Record<string, (params: any, message: Message) => any>} */
  const requests = {
    "ui/initialize": (params) => {
      modes = params?.appCapabilities?.availableDisplayModes ?? [];
      const hostInfo = { name: "mcp-bridge preview", version: "1" };
      return { protocolVersion: VERSION, hostInfo, hostCapabilities: CAPABILITIES, hostContext: actions.context() };
    },
    "tools/call": (params) => {
      const token = params?._meta?.progressToken;
      const relay = (/** @type {any} */ progress) => notify("notifications/progress", { ...progress, progressToken: token });
      return actions.callTool(params, token === undefined ? () => undefined : relay);
    },
    "ui/message": (params) => (actions.message(params), {}),
    "ui/update-model-context": (params) => (actions.modelContext(params), {}),
    "ui/open-link": (params) => {
      const url = URL.canParse(params?.url) ? new URL(params.url) : null;
      if (!url || !["https:", "http:", "mailto:"].includes(url.protocol)) return { isError: true };
      actions.openLink(url);
      return {};
    },
    "ui/request-display-mode": (params) => ({ mode: actions.displayMode(params?.mode) }),
    ping: () => ({}),
  };

  /** @type {Record<string, (params: any) => void>} */
  const notifications = {
    "ui/notifications/initialized": () => {
      isReady = true;
      actions.ready(modes);
      for (const message of waiting) post(message);
      waiting = [];
    },
    "ui/notifications/size-changed": (params) => actions.size(params ?? {}),
    "ui/notifications/request-teardown": () => actions.close(),
    "notifications/message": (params) =>
      actions.log(params?.level ?? "info", typeof params?.data === "string" ? params.data : JSON.stringify(params?.data)),
  };

  /** @param {Message} message */
  async function answer(message) {
    const { id, method = "", params } = message;
    try {
      const run = Object.hasOwn(requests, method) ? requests[method] : null;
      if (!run) throw new Refused(-32601, `The preview does not know ${method}.`);
      post({ jsonrpc: "2.0", id, result: await run(params, message) });
    } catch (error) {
      const { code = -32603, message: text } = /** @type {Refused} */ (error);
      post({ jsonrpc: "2.0", id, error: { code: Number.isInteger(code) ? code : -32603, message: text } });
    }
  }

  /** @param {MessageEvent} event */
  function listen(event) {
    if (event.source !== frame.contentWindow || typeof event.data !== "object" || event.data === null) return;
    if (event.data.preview === "console") return actions.log(String(event.data.level), String(event.data.text));
    if (event.data.jsonrpc !== "2.0") return;
    const message = /** @type {Message} */ (event.data);
    actions.wire("in", message);
    if (message.method === undefined) return tornDown();
    if (message.id !== undefined) return void answer(message);
    if (Object.hasOwn(notifications, message.method)) notifications[message.method](message.params);
  }

  window.addEventListener("message", listen);
  return {
    input: (params) => notify("ui/notifications/tool-input", params),
    result: (result) => notify("ui/notifications/tool-result", result),
    cancelled: (reason) => notify("ui/notifications/tool-cancelled", { reason }),
    contextChanged: (partial) => isReady && notify("ui/notifications/host-context-changed", partial),
    async teardown() {
      if (isReady) {
        const answered = new Promise((resolve) => (tornDown = () => resolve(undefined)));
        post({ jsonrpc: "2.0", id: "teardown", method: "ui/resource-teardown", params: {} });
        await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, TEARDOWN_MS))]);
      }
      window.removeEventListener("message", listen);
    },
  };
}
