// @ts-check
/**
 * A host made from `AppRenderer` of `@mcp-ui/client`, with the MCP client of the 1.x SDK that it is built on.
 *
 * `AppRenderer` finds the tool's resource, reads it, and passes widget calls to the client by itself. Its `onCallTool`
 * is overwritten when a client is given, so calls are recorded in the client. It answers every request for a display
 * mode with `inline`.
 */

import { AppRenderer } from "@mcp-ui/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { HOST_INFO, capabilities, container, dressPage, makeContext } from "./context.js";
import { openMessage } from "./message.js";
import { readOptions } from "./options.js";
import { createRecord, noteMessage, runHost, strip } from "./record.js";
import { sandboxUrl } from "./sandbox.js";
import { CLIENT_CAPABILITIES, findTool, readTemplate } from "./server.js";

/** A client whose `tools/call` requests go through the record once a widget is there. */
class RecordingClient extends Client {
  hasWidget = false;

  /**
   * @param {any} request
   * @param {any} schema
   * @param {any} requestOptions
   * @returns {Promise<any>}
   */
  request(request, schema, requestOptions) {
    const send = () => super.request(request, schema, requestOptions);
    return this.hasWidget && request.method === "tools/call" ? record.pass("mcp", request.params, send) : send();
  }
}

// AppRenderer gives its bridge the host context before it connects it, and leaves the rejection unhandled.
addEventListener(
  "unhandledrejection",
  (event) => {
    if (event.reason?.message !== "Not connected") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
const options = readOptions();
const record = createRecord(options);

/**
 * Answer the requests that `AppRenderer` has no property for.
 * @param {{ method: string, params?: any }} request
 * @returns {Promise<Record<string, unknown>>}
 */
async function answerOther({ method, params }) {
  if (method !== "ui/update-model-context") throw new Error(`host: no handler for ${method}.`);
  record.modelContexts.push(params);
  return {};
}

/**
 * The widget in its chat message.
 * @param {{ client: RecordingClient, tool: any, result: any, csp: any }} props
 */
function Message({ client, tool, result, csp }) {
  const [view, setView] = useState({
    document: 0,
    result,
    context: { ...makeContext(options, tool), availableDisplayModes: ["inline"] },
  });
  const [constant] = useState(() => ({
    sandbox: { url: sandboxUrl(options, undefined), csp },
    capabilities: capabilities(options),
    input: options.args,
  }));
  record.reload = () => {
    record.csp.push(csp ?? null);
    setView((old) => ({ ...old, document: old.document + 1 }));
  };
  record.deliver = () => setView((old) => ({ ...old, result: { ...old.result } }));
  record.setContext = (patch) => {
    dressPage({ ...options, ...patch });
    setView((old) => ({ ...old, context: { ...old.context, ...patch } }));
  };
  return (
    <AppRenderer
      key={view.document}
      client={client}
      toolName={tool.name}
      sandbox={constant.sandbox}
      hostInfo={HOST_INFO}
      hostCapabilities={constant.capabilities}
      hostContext={view.context}
      toolInput={constant.input}
      toolResult={view.result}
      onMessage={async (params) => {
        noteMessage(record, params);
        return {};
      }}
      onOpenLink={async ({ url }) => {
        record.links.push(url);
        return {};
      }}
      onSizeChanged={(size) => record.sizes.push(size)}
      onLoggingMessage={(params) => record.logs.push(params)}
      onError={(error) => record.errors.push(String(error))}
      onFallbackRequest={answerOther}
    />
  );
}

void runHost(record, async () => {
  dressPage(options);
  container().dataset.mode = "inline";
  const client = new RecordingClient(HOST_INFO, { capabilities: CLIENT_CAPABILITIES });
  await client.connect(new StreamableHTTPClientTransport(new URL(options.server)));
  const tool = await findTool(client, options.tool);
  const message = openMessage(options.message);
  message.result ??= await client.callTool({ name: tool.name, arguments: options.args });
  message.save();
  record.result = message.result;
  const { meta } = await readTemplate(client, tool._meta?.ui?.resourceUri);
  const csp = meta.ui?.csp;
  record.csp.push(csp ?? null);
  client.hasWidget = true;
  createRoot(container()).render(
    <Message client={client} tool={tool} result={strip(message.result, options.meta)} csp={csp} />,
  );
});
