// @ts-check
/**
 * A host made from the official `AppBridge`: a sandbox proxy of another origin, and in it the widget.
 *
 * The HTML goes to the proxy, which writes it into an inner frame; the proxy's response carries the CSP that the
 * resource declared. A reload is a new proxy, a new bridge and a new handshake, as in a chat that is opened again.
 */

import { connectBridge } from "./bridge.js";
import { container, dressPage, makeContext } from "./context.js";
import { openMessage } from "./message.js";
import { readOptions } from "./options.js";
import { createRecord, runHost, strip } from "./record.js";
import { loadSandbox } from "./sandbox.js";
import { connect, findTool, readTemplate } from "./server.js";

const options = readOptions();
const record = createRecord(options);

void runHost(record, async () => {
  dressPage(options);
  const client = await connect(options);
  const tool = await findTool(client, options.tool);
  const message = openMessage(options.message);
  message.result ??= await client.callTool({ name: tool.name, arguments: options.args });
  message.save();
  record.result = message.result;
  const { html, meta } = await readTemplate(client, tool._meta?.ui?.resourceUri);
  const csp = meta.ui?.csp;
  let context = makeContext(options, tool);
  /** @type {Awaited<ReturnType<typeof connectBridge>> | undefined} */
  let bridge;

  /** Show the widget in a new document. */
  async function show() {
    await bridge?.close();
    record.csp.push(csp ?? null);
    const frame = await loadSandbox(options, csp);
    bridge = await connectBridge({ client, options, record, frame, context, message });
    await bridge.sendSandboxResourceReady({ html, csp, permissions: meta.ui?.permissions });
  }

  record.reload = () => runHost(record, show);
  record.deliver = () => bridge?.sendToolResult(strip(message.result, options.meta));
  record.setContext = (patch) => {
    context = { ...context, ...patch };
    dressPage({ ...options, ...patch });
    bridge?.setHostContext(context);
  };
  container().dataset.mode = "inline";
  await show();
});
