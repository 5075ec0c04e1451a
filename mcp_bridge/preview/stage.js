// @ts-check
/** Where a widget is shown: its frame, what it is given there, its display mode and its size. */

import { byId } from "./dom.js";
import { partials, resultGlobals, shaped } from "./delivery.js";
import { createFrame } from "./frame.js";
import { createHandover } from "./handover.js";
import { capabilities, difference, hostContext, openaiGlobals, openaiMethods } from "./host-context.js";
import { createHost, link } from "./host.js";
import { createOverlay } from "./overlay.js";
import { cure } from "./violations.js";

/** @typedef {import("./scene.js").DisplayMode} DisplayMode */
/** @typedef {import("./host-context.js").Surroundings} Surroundings */
/** @typedef {{uri: string, tool: any, input: any, hasBorder: boolean, isAllowed: boolean}} Opening */

const SILENT_MS = 5000;
/** What the host adds to each reported height in a resize loop. */
const JITTER = [7, 3];

/**
 * The stage in index.html.
 * @param {object} options
 * @param {() => Surroundings} options.around
 * @param {ReturnType<typeof import("./record.js").createRecord>} options.log
 * @param {ReturnType<typeof import("./shell.js").createShell>} options.shell
 * @param {(params: any, onProgress: (params: any) => void) => Promise<any>} options.callTool
 */
export function createStage({ around, log, shell, callTool }) {
  const { record } = log;
  const stage = byId("stage");
  const viewport = byId("viewport");
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  /** @type {import("./host.js").Host | null} */
  let host = null;
  /** @type {import("./overlay.js").Overlay | null} */
  let overlay = null;
  /** @type {Opening | null} */
  let opening = null;
  /** @type {{result: any} | {reason: string} | null} */
  let answer = null;
  /** @type {any} */
  let widgetState = null;
  let sent = { context: /** @type {Record<string, any>} */ ({}), globals: /** @type {Record<string, any>} */ ({}) };
  const handover = createHandover();
  /** Whether the server has changed since the widget asked it last. */
  let isOutdated = false;
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];

  const quirks = () => around().quirks;
  const mode = () => /** @type {DisplayMode} */ (record.displayMode);
  const box = () => ({ width: viewport.clientWidth, height: viewport.clientHeight });
  /** @returns {Record<string, any>} */
  const context = () => ({ toolInfo: { tool: opening?.tool }, ...hostContext(around(), mode(), box()) });
  const after = (/** @type {number} */ ms, /** @type {() => void} */ run) => void timers.push(setTimeout(run, ms));

  /** @param {import("./record.js").State} state */
  function setState(state) {
    stage.dataset.state = state;
    log.set("state", state);
  }

  /**
   * Tell the emulator's script in the frame, which is no part of any protocol.
   * @param {Record<string, unknown>} message
   */
  const tell = (message) => frame?.contentWindow?.postMessage(message, "*");

  /** Have an open widget ask the server what it says now. */
  function refresh() {
    if (!isOutdated || record.state !== "open") return;
    isOutdated = false;
    tell({ preview: "refresh" });
  }

  /** Tell the widget what has changed around it. */
  function contextChanged() {
    if (!host) return;
    const next = { context: context(), globals: openaiGlobals(around(), mode(), box()) };
    const changed = { context: difference(sent.context, next.context), globals: difference(sent.globals, next.globals) };
    sent = next;
    if (Object.keys(changed.context).length > 0) host.contextChanged(changed.context);
    if (Object.keys(changed.globals).length > 0) overlay?.set(changed.globals);
  }

  /**
   * The mode that the host grants.
   * @param {any} asked
   * @returns {DisplayMode}
   */
  function granted(asked) {
    const { profile, device } = around();
    if (asked === "pip" && device === "mobile" && profile.displayModes.includes("fullscreen")) return "fullscreen";
    return profile.displayModes.includes(asked) ? asked : mode();
  }

  /** @param {string} asked */
  function show(asked) {
    const next = granted(asked);
    if (next !== mode()) {
      log.set("displayMode", next);
      stage.dataset.mode = next;
      for (const other of document.querySelectorAll("[data-behind]")) other.toggleAttribute("inert", next === "fullscreen");
      contextChanged();
    }
    return next;
  }

  /** @param {number} height As the widget reported it. */
  function resize(height) {
    const { maxHeight } = around();
    if (!frame || mode() === "fullscreen" || !(height > 0) || quirks().has("fixed-height")) return;
    const extra = quirks().has("resize-loop") ? JITTER[record.sizes.length % JITTER.length] : 0;
    frame.style.blockSize = `${Math.min(Math.ceil(height) + extra, maxHeight)}px`;
    if (extra) host?.contextChanged({ containerDimensions: context().containerDimensions });
  }

  /**
   * @param {any} params
   * @param {(params: any) => void} onProgress
   */
  async function called(params, onProgress) {
    const own = opening;
    const result = await callTool(params, onProgress);
    return own === opening ? handover.take(result) : result;
  }

  const actions = {
    initialize: () => ({ hostInfo: around().profile.hostInfo, hostCapabilities: capabilities(around()), hostContext: context() }),
    callTool: called,
    message: (/** @type {any} */ params) => said(blocks(params)),
    modelContext(/** @type {any} */ params) {
      log.set("modelContext", params);
      shell.modelContext(blocks(params));
    },
    openLink(/** @type {URL} */ url) {
      log.add("links", url.href);
      shell.openLink(url);
    },
    displayMode: show,
    size(/** @type {{width?: number, height?: number}} */ size) {
      log.add("sizes", size);
      resize(size.height ?? 0);
    },
    log: (/** @type {string} */ level, /** @type {string} */ text) => log.add("logs", { level, text }),
    violation(/** @type {{directive: string, blocked: string, line: number}} */ { directive, blocked, line }) {
      const violation = { directive, blocked, cure: cure({ directive, blocked }, location.host) };
      log.add("violations", violation);
      log.add("logs", { level: "csp", text: `${directive} refused ${blocked || "inline code"} (line ${line}). ${violation.cure}` });
    },
    wire: (/** @type {"in" | "out"} */ direction, /** @type {any} */ message) => log.add("wire", { direction, message, ms: log.elapsed() }),
    close: () => void clear(),
  };

  /** @param {string} text */
  function said(text) {
    log.add("messages", text);
    shell.userMessage(text);
  }

  /** The methods of `window.openai`. @type {import("./overlay.js").Methods} */
  const methods = {
    callTool: (name, given) => called({ name, arguments: given ?? {} }, () => undefined),
    sendFollowUpMessage: ({ prompt }) => said(String(prompt)),
    setWidgetState(state) {
      widgetState = state;
      log.set("widgetState", state);
    },
    requestDisplayMode: (asked) => ({ mode: show(asked?.mode) }),
    requestClose: () => void clear(),
    notifyIntrinsicHeight: (height) => actions.size({ height: Number(height) }),
    openExternal(asked) {
      const url = link(asked?.href);
      if (!url) throw new Error("This address is not one that the host opens.");
      actions.openLink(url);
    },
  };

  /**
   * Put the widget into a new document.
   * @param {boolean} isGentle Whether the old one is told.
   */
  async function mount(isGentle) {
    if (!opening) return;
    const own = opening;
    const shownHeight = frame?.offsetHeight ?? 0;
    await end(isGentle);
    if (own !== opening) return;
    const { profile, direction } = around();
    if (profile.widgetStateLost && record.mounts > 0) widgetState = null;
    const isRevisit = record.mounts > 0;
    const result = answer && "result" in answer && !quirks().has("late-result") ? shaped(answer.result, quirks(), isRevisit) : null;
    const names = openaiMethods(around());
    sent = { context: {}, globals: openaiGlobals(around(), mode(), box()) };
    const globals = { toolInput: own.isAllowed ? own.input : null, ...resultGlobals(result, quirks()), widgetState, ...sent.globals };
    const next = createFrame({
      uri: own.uri,
      title: `Widget of ${own.tool.title ?? own.tool.name}`,
      isOpaque: quirks().has("opaque-origin"),
      direction: around().isDirectionChosen ? direction : null,
      openai: names && { globals, methods: names },
    });
    frame = next;
    setState("loading");
    log.set("mounts", record.mounts + 1);
    stage.classList.toggle("has-border", own.hasBorder);
    overlay = names ? createOverlay(next, methods) : null;
    host = createHost(next, { ...actions, ready: () => ready() });
    viewport.replaceChildren(next);
    // A new version takes the room of the one before, until it tells its own.
    const height = profile.container.height ?? (quirks().has("fixed-height") ? 400 : isOutdated ? shownHeight : 0);
    if (height) next.style.blockSize = `${height}px`;
    sent.context = context();
    after(SILENT_MS, () => record.state === "loading" && setState("silent"));
    const { asked } = host;
    void asked.then(() => {
      if (frame !== next) return;
      if (quirks().has("double-mount") && !isRevisit) return void mount(false);
      if (quirks().has("early-result")) feed(isRevisit, /** @type {import("./host.js").Host} */ (host).interrupt);
    });
    feed(isRevisit, host.notify);
  }

  function ready() {
    setState("open");
    sent.context = context();
    // After the result, which is sent at once.
    after(0, refresh);
    for (const id of ["remount", "revisit-empty-output"]) {
      const ms = quirks().get(id);
      const first = quirks().has("double-mount") ? 2 : 1;
      if (ms !== undefined && record.mounts === first) after(ms, () => void mount(false));
    }
  }

  /**
   * Give the widget what is known: its input, and the result or the end of the call.
   * @param {boolean} isRevisit
   * @param {(method: string, params: any) => void} notify
   */
  function feed(isRevisit, notify) {
    if (opening?.isAllowed) feedInput(notify);
    feedAnswer(isRevisit, notify);
  }

  /**
   * @param {boolean} isRevisit
   * @param {(method: string, params: any) => void} notify
   */
  function feedAnswer(isRevisit, notify) {
    if (!answer) return;
    if ("reason" in answer) return notify("tool-cancelled", { reason: answer.reason });
    const result = shaped(answer.result, quirks(), isRevisit);
    const give = () => {
      overlay?.set(resultGlobals(result, quirks()));
      if (!overlay || !quirks().has("openai-only-result")) notify("tool-result", result);
    };
    const late = quirks().get("late-result");
    if (late === undefined) give();
    else after(late, give);
  }

  /** @param {(method: string, params: any) => void} notify */
  function feedInput(notify) {
    if (!opening) return;
    const { input } = opening;
    if (quirks().has("partial-input") || around().profile.hasPartialInput) {
      for (const piece of partials(input)) notify("tool-input-partial", { arguments: piece });
    }
    notify("tool-input", { arguments: input });
  }

  /** @param {boolean} isGentle */
  async function end(isGentle) {
    timers.forEach(clearTimeout);
    timers = [];
    const [leaving, left] = [host, overlay];
    host = overlay = null;
    left?.end();
    await leaving?.end(isGentle);
  }

  async function clear() {
    show("inline");
    opening = answer = null;
    await end(true);
    if (opening) return;
    frame = null;
    viewport.replaceChildren();
    shell.clear();
    setState("empty");
  }

  new ResizeObserver(contextChanged).observe(viewport);

  return {
    clear,
    show,
    contextChanged,
    mount,
    /**
     * Open a widget while its tool still runs.
     * @param {Opening} next
     * @param {any} state What the host has kept for it.
     */
    async open(next, state) {
      opening = next;
      answer = null;
      handover.clear();
      widgetState = state ?? null;
      log.set("widgetState", widgetState);
      // There is nothing to send early yet.
      if (!quirks().has("early-result")) await mount(true);
    },
    /** The person allowed the tool. */
    allow() {
      if (!opening || opening.isAllowed) return;
      opening.isAllowed = true;
      if (host) feedInput(host.notify);
    },
    /** @param {{result: any} | {reason: string}} given */
    answer(given) {
      answer = given;
      if (!opening) return;
      if ("result" in given) handover.take(given.result);
      if (!frame) void mount(true);
      else if (host) feedAnswer(record.mounts > 1, host.notify);
    },
    /**
     * Forget what the widget has kept.
     * @param {any} [state] What the host has in its place.
     */
    forget(state) {
      widgetState = state ?? null;
      log.set("widgetState", widgetState);
    },
    /** The text direction, which is no part of any context. */
    directionChanged: () => tell({ preview: "direction", direction: around().isDirectionChosen ? around().direction : null }),
    /** The name of the tool whose widget is here. */
    opened: () => opening?.tool.name,
    /**
     * The server has other code now: an open widget gets its new version, and asks what holds for its state.
     * @param {{uri: string | undefined, tool: any, hasBorder: boolean}} now
     */
    async renew({ uri, tool, hasBorder }) {
      if (!opening) return;
      if (!uri) return clear();
      const isSame = opening.uri === uri;
      opening = { ...opening, uri, tool, hasBorder };
      isOutdated = true;
      if (answer && "result" in answer) answer = { result: handover.result(answer.result) };
      if (isSame) refresh();
      else if (frame) await mount(true);
    },
  };
}

/**
 * The text of content blocks.
 * @param {any} params
 * @returns {string}
 */
function blocks(params) {
  return (params?.content ?? []).map((/** @type {any} */ block) => block.text ?? `[${block.type}]`).join("\n");
}
