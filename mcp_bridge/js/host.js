// @ts-check
/**
 * The host behind one interface. MCP Apps (JSON-RPC with the parent window) is the rule; `window.openai` is laid over
 * it, method by method, where the standard is missing; with neither, the widget is a page of its own (`page.js`).
 *
 *     const host = createHost({ config });
 *     host.on("result", (result) => …);      // the opening tool's result, perhaps more than once
 *     host.connect();
 *     await host.callTool("reflex_event", { … });
 */
import { applyContext, applyStyles } from "./appearance.js";
import { browserContext, fromHostContext, fromOverlay, hostContext, mergeContext } from "./context.js";
import { contextParams, modelContent } from "./modelcontext.js";
import { createPage } from "./page.js";
import { bridgePart, isObject, overlayResult, unwrapResult } from "./results.js";
import { createRpc, HostError, withTimeout } from "./rpc.js";

const PROTOCOL_VERSION = "2026-01-26";
/** How long a page with `window.openai` waits for the answer to `ui/initialize`, in milliseconds. */
const OVERLAY_WAIT = 500;

/**
 * The host of `win`. Listens at once; speaks from `connect()` on.
 * @param {HostOptions} options
 * @returns {Host}
 */
export function createHost({ config, win = window, context = hostContext, parse = JSON.parse, timeout = 60_000 }) {
  const overlay = () => win.openai ?? undefined;
  const framed = win.parent !== win;
  const page = createPage(win, config, parse);
  const openWindow = win.open;
  /** @type {Record<string, any> | undefined} Known once `ui/initialize` is answered. */
  let capabilities;
  let hasDisplayModes = false;
  /** @type {{ tool?: string, arguments?: Record<string, unknown> }} */
  const opening = {};
  /** @type {Record<string, unknown> | undefined} */
  let widgetState;
  /** @type {{ [K in keyof HostEvents]: Array<(value: any) => unknown> }} */
  const listeners = { result: [], kept: [], unopened: [], cancelled: [], teardown: [] };
  /** @type {() => void} */
  let overlaySeen = () => {};
  /** @type {Promise<void>} */
  const overlayAppears = new Promise((resolve) => (overlaySeen = resolve));

  /** @param {keyof HostEvents} type @param {any} [value] */
  const fire = (type, value) => Promise.all(listeners[type].map((listener) => listener(value)));

  /** @param {Partial<HostContext>} change */
  const learn = (change) => {
    const openai = overlay();
    mergeContext(context, {
      ...change,
      connected: true,
      canCallTools: page ? !page.isSaved : !!(capabilities?.serverTools || openai?.callTool),
      canSendMessage: !page && !!(capabilities?.message || openai?.sendFollowUpMessage),
      canOpenLink: !!(page || capabilities?.openLinks || openai?.openExternal),
    });
    applyContext(win.document, context.getSnapshot());
  };

  /** @param {unknown} raw */
  const takeHostContext = (raw) => {
    const host = isObject(raw) ? raw : {};
    opening.tool = host.toolInfo?.tool?.name ?? opening.tool;
    hasDisplayModes ||= Array.isArray(host.availableDisplayModes);
    applyStyles(win.document, host.styles);
    // ChatGPT names the frame's present height, and follows the content's all the same.
    const isAsked = !!overlay()?.notifyIntrinsicHeight;
    learn({ ...fromHostContext(host), ...(isAsked && { fixedHeight: false }) });
  };

  /** @param {CallToolResult} result */
  const takeResult = (result) => {
    const other = bridgePart(result) ? undefined : overlayResult(overlay());
    void fire("result", bridgePart(other) ? { ...result, ...other } : result);
  };

  /** @type {Record<string, (params: any) => unknown>} */
  const answers = {
    ping: () => ({}),
    "ui/notifications/tool-input": (params) => void (opening.arguments = params.arguments ?? {}),
    "ui/notifications/tool-result": (params) => takeResult(unwrapResult(params)),
    "ui/notifications/tool-cancelled": (params) => fire("cancelled", params.reason),
    "ui/notifications/host-context-changed": takeHostContext,
    "ui/resource-teardown": () => fire("teardown").then(() => ({})),
  };
  // The site around a page is no host: what it says is not believed.
  const rpc = createRpc(win, page ? {} : answers);

  /** @type {unknown} */
  let seenOutput;
  /** @param {OpenAiGlobals} changed */
  const takeOverlay = (changed) => {
    overlaySeen();
    learn(fromOverlay(changed));
    const openai = overlay();
    const fresh = openai?.toolResponseMetadata ?? openai?.toolOutput;
    const result = overlayResult(openai);
    if (!result || fresh === seenOutput) return;
    seenOutput = fresh;
    void fire("result", result);
  };
  win.addEventListener("openai:set_globals", (event) => {
    takeOverlay(/** @type {CustomEvent} */ (event).detail?.globals ?? overlay() ?? {});
  });

  /** @type {{ width: number, height: number } | undefined} The last size; told again once the handshake is done. */
  let size;
  const tellSize = () => {
    if (page) page.reportSize(size ?? { width: 0, height: 0 });
    else if (capabilities) rpc.notify("ui/notifications/size-changed", { ...size });
    else overlay()?.notifyIntrinsicHeight?.(size?.height ?? 0);
  };

  const shake = async () => {
    const params = {
      appInfo: { name: config.widget, version: config.version },
      appCapabilities: { availableDisplayModes: config.displayModes },
      protocolVersion: PROTOCOL_VERSION,
    };
    /** @type {any} */
    const answer = await rpc.request("ui/initialize", params).catch(() => ({}));
    capabilities = isObject(answer?.hostCapabilities) ? answer.hostCapabilities : {};
    takeHostContext(answer?.hostContext);
    rpc.notify("ui/notifications/initialized", {});
    if (size) tellSize();
  };

  /** @type {Promise<void> | undefined} */
  let handshake;
  let routesKnown = false;
  /** Wait until it is known which routes there are: the handshake is answered, or the overlay is all there is. */
  const ready = async () => {
    if (routesKnown || capabilities) return;
    const alone = overlayAppears.then(() => framed && new Promise((resolve) => setTimeout(resolve, OVERLAY_WAIT)));
    await withTimeout(Promise.race([handshake ?? alone, alone]), timeout, "The host's handshake");
    routesKnown = true;
  };

  /**
   * Ask for one thing: by the standard where the host can take it, else by a method of `window.openai`.
   * @param {string} wish What the person wants, as "send a message".
   * @param {(openai: OpenAiGlobals | undefined) => unknown} isStandard Whether the host takes the standard request.
   * @param {[method: string, params: object]} request
   * @param {[method: OverlayMethod, ...args: unknown[]]} alias
   * @returns {Promise<any>}
   */
  const ask = async (wish, isStandard, request, [method, ...args]) => {
    if (page) throw new HostError(`This page is in no chat, so it has no way to ${wish}.`, "unsupported");
    await ready();
    const openai = overlay();
    let answer;
    if (capabilities && isStandard(openai)) answer = rpc.request(...request);
    else if (openai?.[method]) answer = Promise.resolve(openai[method](...args));
    else throw new HostError(`This host has no way to ${wish} from a widget.`, "unsupported");
    return withTimeout(answer, timeout, `The wish to ${wish}`);
  };

  /** @param {string} wish @param {any} answer */
  const unlessRefused = (wish, answer) => {
    if (answer?.isError) throw new HostError(`The host refused to ${wish}.`, "rejected");
  };

  return {
    isSaved: !!page?.isSaved,
    opening: () => ({
      tool: opening.tool,
      arguments: opening.arguments ?? overlay()?.toolInput ?? undefined,
    }),

    on: (type, listener) => void listeners[type].push(listener),

    async connect() {
      learn({ ...browserContext(win), displayMode: "inline", displayModes: ["inline"] });
      if (page) {
        learn(page.context());
        page.watchTheme((theme) => learn({ theme }));
        Object.assign(opening, page.opening());
        const { tool = "", arguments: args = {} } = opening;
        // What this tab has shown before a reload is taken up again, and not begun anew.
        if (this.widgetState()?.privateContent?.session) await fire("kept");
        // An address can come from anywhere, so by itself it may only look.
        else if (!page.result && config.tools[tool]?.readOnly === false) await fire("unopened");
        else await fire("result", page.result ?? (await this.callTool(tool, args)));
        return;
      }
      handshake = framed ? shake() : undefined;
      const openai = overlay();
      if (openai) takeOverlay(openai);
      await handshake;
    },

    async callTool(name, args) {
      if (page) return withTimeout(page.callTool(name, args), timeout, "A call of the server");
      const request = /** @type {const} */ (["tools/call", { name, arguments: args }]);
      return unwrapResult(
        await ask("call a tool", () => capabilities?.serverTools, [...request], ["callTool", name, args]),
      );
    },

    async sendMessage(text) {
      const wish = "send a message";
      const params = { role: "user", content: [{ type: "text", text }] };
      const isStandard = () => capabilities?.message;
      unlessRefused(wish, await ask(wish, isStandard, ["ui/message", params], ["sendFollowUpMessage", { prompt: text }]));
    },

    async openLink(url) {
      if (!/^(https?|mailto|tel):/i.test(url)) {
        throw new HostError(`The link ${url} is not a web address. Use one that starts with https://.`, "rejected");
      }
      if (page) {
        openWindow.call(win, url, "_blank", "noopener");
        return;
      }
      const wish = "open a link";
      const isStandard = () => capabilities?.openLinks;
      unlessRefused(wish, await ask(wish, isStandard, ["ui/open-link", { url }], ["openExternal", { href: url }]));
    },

    downloadFile(contents) {
      if (!capabilities?.downloadFile) return undefined;
      const wish = "save a file";
      const answer = withTimeout(rpc.request("ui/download-file", { contents }), timeout, `The wish to ${wish}`);
      return answer.then((given) => unlessRefused(wish, given));
    },

    async requestDisplayMode(mode) {
      const isStandard = (/** @type {OpenAiGlobals | undefined} */ openai) =>
        hasDisplayModes ? context.getSnapshot().displayModes.includes(mode) : !openai?.requestDisplayMode;
      const args = { mode };
      const alias = /** @type {const} */ (["requestDisplayMode", args]);
      const granted = await ask(`show itself as ${mode}`, isStandard, ["ui/request-display-mode", args], [...alias]);
      learn({ displayMode: granted?.mode ?? mode });
      return context.getSnapshot().displayMode;
    },

    widgetState: () =>
      widgetState ?? page?.kept() ?? (isObject(overlay()?.widgetState) ? overlay()?.widgetState : undefined),

    async setWidgetState(change) {
      const openai = overlay();
      if (!page && !openai?.setWidgetState) return false;
      const current = this.widgetState() ?? {};
      const privateContent = { ...current.privateContent, ...change.privateContent };
      widgetState = { ...current, ...change, privateContent };
      try {
        if (page) page.keep(widgetState);
        else await openai?.setWidgetState?.(widgetState);
      } catch {
        return false;
      }
      return true;
    },

    modelContent() {
      const content = this.widgetState()?.modelContent;
      return content === null ? undefined : content;
    },

    async updateModelContext(context) {
      // Both at once would tell the model twice.
      if (page) return false;
      if (overlay()?.setWidgetState) return this.setWidgetState({ modelContent: modelContent(context) });
      if (!capabilities) await ready();
      const takes = capabilities?.updateModelContext;
      const params = takes && contextParams(context, isObject(takes) ? takes : {});
      if (!params) return false;
      const answer = rpc.request("ui/update-model-context", params);
      await withTimeout(answer, timeout, "The wish to tell the model what changed");
      return true;
    },

    reportSize(measured) {
      size = measured;
      tellSize();
    },
  };
}
