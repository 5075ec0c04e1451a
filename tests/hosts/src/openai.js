// @ts-check
/**
 * A host that gives a widget `window.openai` and no MCP Apps handshake; with `?both=1` it has both, as ChatGPT does.
 *
 * The widget is a document of its own on the sandbox's origin, with the CSP as its header. `widgetState` belongs to the
 * chat message: it outlives the frame, and with `?message=…` the page.
 */

import { connectBridge } from "./bridge.js";
import { MAX_HEIGHT, SAFE_AREA, container, dressPage, grantDisplayMode, makeContext } from "./context.js";
import { openMessage } from "./message.js";
import { readOptions } from "./options.js";
import { createRecord, runHost, strip } from "./record.js";
import { connect, findTool, readTemplate } from "./server.js";
import { serveFrame } from "./openai-frame.js";

const options = readOptions();
const record = createRecord(options);

/**
 * Return the globals that come from a tool result.
 * @param {any} result CallToolResult.
 * @returns {Record<string, unknown>}
 */
function resultGlobals(result) {
  const { _meta: meta, ...visible } = strip(result, options.meta);
  const envelope = { status: "complete", call_tool_result: visible, mcp_tool_result: meta ? { ...visible, _meta: meta } : visible };
  return { toolOutput: visible.structuredContent ?? null, toolResponseMetadata: envelope };
}

void runHost(record, async () => {
  dressPage(options);
  const client = await connect(options);
  const tool = await findTool(client, options.tool);
  const message = openMessage(options.message);
  message.result ??= await client.callTool({ name: tool.name, arguments: options.args });
  message.save();
  record.result = message.result;
  record.widgetState = message.widgetState;
  const { html, meta } = await readTemplate(client, tool._meta?.["openai/outputTemplate"]);
  const csp = fromWidgetCsp(meta["openai/widgetCSP"]) ?? meta.ui?.csp;
  let context = { theme: options.theme, locale: options.locale, displayMode: "inline" };
  /** @type {MessagePort | undefined} */
  let port;
  /** @type {Awaited<ReturnType<typeof connectBridge>> | undefined} */
  let bridge;
  /** @type {HTMLIFrameElement} */
  let frame;

  /** @type {Record<string, (...params: any[]) => unknown>} The methods of `window.openai`. */
  const methods = {
    callTool: (name, args) =>
      record.pass("openai", { name, arguments: args }, () => client.callTool({ name, arguments: args })),
    sendFollowUpMessage: (followUp) => void record.messages.push({ text: followUp.prompt, raw: followUp }),
    setWidgetState(state) {
      record.widgetState = message.widgetState = state;
      message.save();
    },
    requestDisplayMode({ mode }) {
      const granted = grantDisplayMode(mode);
      record.displayModes.push(granted);
      record.setContext({ displayMode: granted });
      return { mode: granted };
    },
    openExternal: ({ href }) => void record.links.push(href),
    notifyIntrinsicHeight(height) {
      record.sizes.push({ height });
      frame.style.height = `${Math.min(height, MAX_HEIGHT)}px`;
    },
    requestClose: () => frame.remove(),
  };

  addEventListener("message", (event) => {
    if (event.source !== frame?.contentWindow || event.data?.type !== "openai:port") return;
    const [opened] = event.ports;
    port = opened;
    opened.onmessage = async ({ data: { id, method, params } }) => {
      try {
        opened.postMessage({ id, result: await methods[method](...params) });
      } catch (error) {
        opened.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
      }
    };
    if (options.late) setTimeout(() => record.deliver(), options.late);
  });

  /** Show the widget in a new document. */
  async function show() {
    record.csp.push(csp ?? null);
    await bridge?.close();
    frame = document.createElement("iframe");
    frame.title = "Widget";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
    container().replaceChildren(frame);
    if (options.both) {
      const full = { ...makeContext(options, tool), ...context };
      bridge = await connectBridge({ client, options, record, frame, context: full, message });
    }
    frame.src = await serveFrame(options.sandbox, csp, html, {
      toolInput: options.args,
      ...(options.late ? { toolOutput: null, toolResponseMetadata: null } : resultGlobals(message.result)),
      widgetState: message.widgetState,
      ...context,
      maxHeight: MAX_HEIGHT,
      safeArea: { insets: SAFE_AREA },
      userAgent: { device: { type: "desktop" }, capabilities: { hover: true, touch: false } },
      view: null,
    });
  }

  record.reload = () => runHost(record, show);
  record.deliver = () => {
    port?.postMessage({ globals: resultGlobals(message.result) });
    bridge?.sendToolResult(strip(message.result, options.meta));
  };
  record.setContext = (patch) => {
    context = { ...context, ...patch };
    dressPage({ ...options, ...patch });
    port?.postMessage({ globals: patch });
    bridge?.setHostContext({ ...makeContext(options, tool), ...context });
  };
  container().dataset.mode = "inline";
  await show();
});

/**
 * Return `openai/widgetCSP` in the standard's words.
 * @param {{ connect_domains?: string[], resource_domains?: string[], frame_domains?: string[] } | undefined} csp
 */
function fromWidgetCsp(csp) {
  if (!csp) return undefined;
  return { connectDomains: csp.connect_domains, resourceDomains: csp.resource_domains, frameDomains: csp.frame_domains };
}
