// @ts-check
/**
 * The official `AppBridge`, answering for a host page and writing down what it is asked.
 *
 *     const bridge = await connectBridge({ client, options, record, frame, context, message });
 */

import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";
import { HOST_INFO, capabilities, grantDisplayMode } from "./context.js";
import { noteMessage, strip } from "./record.js";

/**
 * @typedef {object} Connection
 * @property {import("@modelcontextprotocol/client").Client} client
 * @property {import("./options.js").Options} options
 * @property {import("./record.js").HostRecord} record
 * @property {HTMLIFrameElement} frame The frame that talks to this page: the sandbox proxy or the widget itself.
 * @property {any} context McpUiHostContext.
 * @property {{ result: any }} message
 */

/**
 * Return a bridge that listens to a frame; call it before the widget's first script runs.
 * @param {Connection} connection
 */
export async function connectBridge({ client, options, record, frame, context, message }) {
  const able = options.without.includes("downloadFile") ? {} : { downloadFile: {} };
  const bridge = new AppBridge(client, HOST_INFO, { ...capabilities(options), ...able }, { hostContext: context });
  bridge.onmessage = async (params) => {
    noteMessage(record, params);
    return {};
  };
  bridge.onopenlink = async ({ url }) => {
    record.links.push(url);
    return {};
  };
  bridge.ondownloadfile = async ({ contents }) => {
    record.files.push(...contents.map((each) => (each.type === "resource" ? each.resource : each)));
    return {};
  };
  bridge.onupdatemodelcontext = async (params) => {
    record.modelContexts.push(params);
    return {};
  };
  bridge.onrequestdisplaymode = async (params) => {
    const mode = grantDisplayMode(params.mode);
    record.displayModes.push(mode);
    record.setContext({ displayMode: mode });
    return { mode };
  };
  bridge.onloggingmessage = (params) => record.logs.push(params);
  bridge.onsizechange = (size) => {
    record.sizes.push(size);
    if (size.height) frame.style.height = `${size.height}px`;
  };
  bridge.oninitialized = async () => {
    record.initialized += 1;
    await bridge.sendToolInput({ arguments: options.args });
    if (options.late) await new Promise((resolve) => setTimeout(resolve, options.late));
    await bridge.sendToolResult(strip(message.result, options.meta));
  };
  const view = /** @type {Window} */ (frame.contentWindow);
  await bridge.connect(new PostMessageTransport(view, view));
  recordCalls(bridge, record);
  return bridge;
}

/**
 * Put the bridge's own way to the server behind the record.
 * @param {AppBridge} bridge A connected one: `connect` sets the handler that is wrapped here.
 * @param {import("./record.js").HostRecord} record
 */
function recordCalls(bridge, record) {
  const forward = bridge.oncalltool;
  if (!forward) throw new Error("server: it has no tools capability, so the bridge has no way for widget calls.");
  bridge.oncalltool = (params, extra) => record.pass("mcp", params, () => forward(params, extra));
}
