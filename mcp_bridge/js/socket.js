// @ts-check
/**
 * Stands in for `socket.io-client`, the one module through which Reflex's compiled React reaches its backend.
 *
 * Reflex's unmodified `utils/state.js` calls `io(url, options)`, sets handlers, connects and emits `"event"`; here an
 * event goes to the bridge that `bindBridge` named, and `deliver` fires `"event"` with each update. Under React's
 * StrictMode the runtime mounts twice, so sockets come and go while the bridge stays; updates wait for a socket.
 * The hydrate event that the runtime puts into the connection is not sent: the first state is already there.
 */
import { perform } from "./actions.js";

/** Scripts whose text was not compiled; the export refuses those that it sees. */
const SCRIPTS = ["_call_script", "_call_function"];
const NO_SCRIPT = "A script that the server wrote was not run, since no host lets a widget run one.";

/** @type {Bridge | undefined} */
let bridge;
/** @type {Set<Socket>} */
const connected = new Set();
/** @type {RuntimeUpdate[]} Updates that came while no socket was connected. */
let waiting = [];
let hasBooted = false;

/**
 * Name the bridge that takes what sockets emit.
 * @param {Bridge} target
 */
export function bindBridge(target) {
  bridge = target;
}

/**
 * Hand an update to the Reflex runtime, now or when it connects.
 * @param {RuntimeUpdate} update
 */
export function deliver(update) {
  if (!connected.size) waiting.push(update);
  for (const socket of connected) socket.fire("event", update);
}

/** The part of a socket.io client that Reflex's runtime touches. */
class Socket {
  /** @param {{ query?: object, transports?: string[] }} options */
  constructor(options) {
    this.connected = false;
    this.wait_connect = false;
    /** @type {{ event?: ReflexEvent } | undefined} */
    this.auth = undefined;
    /** @type {Map<string, Set<(...args: any[]) => unknown>>} */
    this.handlers = new Map();
    this.io = {
      opts: options,
      encoder: { encode: () => [""], replacer: undefined },
      decoder: { tryParse: undefined },
      engine: { transport: { name: "websocket" }, _maxPayload: Infinity },
      /** @param {(error?: Error) => void} [done] */
      open: (done) => done?.(),
    };
  }

  /** @param {string} name @param {(...args: any[]) => unknown} handler */
  on(name, handler) {
    this.handlers.set(name, (this.handlers.get(name) ?? new Set()).add(handler));
    return this;
  }

  /** @param {string} [name] @param {(...args: any[]) => unknown} [handler] */
  off(name, handler) {
    if (name === undefined) this.handlers.clear();
    else if (handler) this.handlers.get(name)?.delete(handler);
    else this.handlers.delete(name);
    return this;
  }

  /** @param {string} name @param {...unknown} args */
  fire(name, ...args) {
    for (const handler of [...(this.handlers.get(name) ?? [])]) handler(...args);
  }

  connect() {
    queueMicrotask(() => {
      if (this.connected || !this.handlers.size) return;
      this.connected = true;
      connected.add(this);
      this.fire("connect");
      sendStored(this.auth?.event);
      const updates = waiting;
      waiting = [];
      for (const update of updates) this.fire("event", update);
    });
    return this;
  }

  disconnect() {
    const wasConnected = connected.delete(this);
    this.connected = false;
    if (wasConnected) this.fire("disconnect", "io client disconnect");
    return this;
  }

  /** @param {string} name @param {any} [value] */
  emit(name, value) {
    if (name !== "event") return this;
    const { name: event } = value;
    if (event.startsWith("_host_")) bridge?.hostAction(value);
    else if (event.startsWith("_action_")) act(value);
    else if (event === "_download") act({ ...value, name: "_action_download" });
    else if (event === "_bridge_error") bridge?.handlerError(value);
    else if (event === "_bridge_interrupted") bridge?.interrupted?.(value);
    else if (SCRIPTS.includes(event)) report(NO_SCRIPT);
    else bridge?.send(value, {});
    return this;
  }
}

/** @param {string} message */
const report = (message) => bridge?.handlerError({ name: "_bridge_error", payload: { message } });

/** @param {ReflexEvent} event */
const act = (event) => void perform(event, { report, download: (contents) => bridge?.downloadFile?.(contents) });

/**
 * `rx.set_clipboard` of a trigger, by way of scripts.mjs.
 * @param {string} text
 */
export const copyText = (text) => act({ name: "_action_clipboard", payload: { text } });

/**
 * `rx.window_alert` of a trigger, by way of scripts.mjs: sandboxed frames have no dialogs.
 * @param {unknown} message
 */
export const say = (message) => act({ name: "_action_alert", payload: { message } });

/**
 * The hydrate event also carries what the browser has stored for client-storage vars. It goes with the first event of
 * the person, so that opening costs no call.
 * @param {ReflexEvent | undefined} boot
 */
function sendStored(boot) {
  const vars = boot?.payload?.vars;
  if (hasBooted || !boot || !vars) return;
  const root = boot.name.split(".")[0];
  const name = `${root}.reflex___state____update_vars_internal_state.update_vars_internal`;
  bridge?.send({ name, payload: { vars }, router_data: boot.router_data }, { isLazy: true });
  hasBooted = true;
}

/**
 * A socket, not yet connected.
 * @param {string} _url Not used: there is one bridge.
 * @param {{ query?: object, transports?: string[] }} [options]
 * @returns {Socket}
 */
export function io(_url, options = {}) {
  return new Socket(options);
}

export default io;
