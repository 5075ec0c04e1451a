// @ts-check
/** The host's side of MCP Apps 2026-01-26: JSON-RPC over `postMessage` with one widget in one frame. */

/** @typedef {{jsonrpc: "2.0", id?: string | number, method?: string, params?: any, result?: any, error?: {code: number, message: string}}} Message */
/**
 * What the emulator does with what a widget asks.
 * @typedef {object} HostActions
 * @property {() => {hostInfo: object, hostCapabilities: Record<string, any>, hostContext: object}} initialize
 * @property {(params: any, onProgress: (params: any) => void) => Promise<any>} callTool
 * @property {(params: any) => void} message
 * @property {(params: any) => void} modelContext
 * @property {(url: URL) => void} openLink
 * @property {(mode: string) => string} displayMode Returns the mode that is now shown.
 * @property {(size: {width?: number, height?: number}) => void} size
 * @property {(level: string, text: string) => void} log
 * @property {(violation: {directive: string, blocked: string, line: number}) => void} violation
 * @property {(modes: string[]) => void} ready With the display modes that the widget supports.
 * @property {() => void} close
 * @property {(direction: "in" | "out", message: Message) => void} wire Every message, both ways.
 */
/**
 * @typedef {object} Host
 * @property {Promise<void>} asked When the widget has sent `ui/initialize`.
 * @property {(method: string, params: any) => void} notify `ui/notifications/<method>`, once the widget is ready.
 * @property {(method: string, params: any) => void} interrupt The same at once, ready or not.
 * @property {(partial: object) => void} contextChanged
 * @property {(isGentle: boolean) => Promise<void>} end Stop listening; gently: tell the widget, and wait half a second at most.
 */

const VERSION = "2026-01-26";
const TEARDOWN_MS = 500;
/** The capability that a request needs. @type {Record<string, string>} */
const NEEDED = {
  "tools/call": "serverTools",
  "ui/message": "message",
  "ui/update-model-context": "updateModelContext",
  "ui/open-link": "openLinks",
};

/** A request that the host does not carry out, with its JSON-RPC code. */
export class Refused extends Error {
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
 * The address that a widget wants to open, if hosts open such.
 * @param {unknown} text
 * @returns {URL | null}
 */
export function link(text) {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : null;
  return url && ["https:", "http:", "mailto:"].includes(url.protocol) ? url : null;
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
  /** @type {() => void} */
  let ask = () => undefined;
  /** @type {Promise<void>} */
  const asked = new Promise((resolve) => (ask = resolve));

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
      ask();
      return { protocolVersion: VERSION, ...actions.initialize() };
    },
    "tools/call": (params) => {
      const token = params?._meta?.progressToken;
      const relay = (/** @type {any} */ progress) => notify("notifications/progress", { ...progress, progressToken: token });
      return actions.callTool(params, token === undefined ? () => undefined : relay);
    },
    "ui/message": (params) => (actions.message(params), {}),
    "ui/update-model-context": (params) => (actions.modelContext(params), {}),
    "ui/open-link": (params) => {
      const url = link(params?.url);
      if (!url) return { isError: true };
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
      const isOffered = !NEEDED[method] || NEEDED[method] in actions.initialize().hostCapabilities;
      if (!run || !isOffered) throw new Refused(-32601, `This host does not know ${method}.`);
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
    if (event.data.preview === "violation") return actions.violation(event.data);
    if (event.data.jsonrpc !== "2.0") return;
    const message = /** @type {Message} */ (event.data);
    actions.wire("in", message);
    if (message.method === undefined) return tornDown();
    if (message.id !== undefined) return void answer(message);
    if (Object.hasOwn(notifications, message.method)) notifications[message.method](message.params);
  }

  window.addEventListener("message", listen);
  return {
    asked,
    notify: (method, params) => notify(`ui/notifications/${method}`, params),
    interrupt: (method, params) => post({ jsonrpc: "2.0", method: `ui/notifications/${method}`, params }),
    contextChanged: (partial) => isReady && notify("ui/notifications/host-context-changed", partial),
    async end(isGentle) {
      if (isReady && isGentle) {
        const answered = new Promise((resolve) => (tornDown = () => resolve(undefined)));
        post({ jsonrpc: "2.0", id: "teardown", method: "ui/resource-teardown", params: {} });
        await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, TEARDOWN_MS))]);
      }
      window.removeEventListener("message", listen);
    },
  };
}
