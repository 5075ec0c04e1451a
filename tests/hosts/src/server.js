// @ts-check
/**
 * The MCP side of a host, made from the official SDK client over Streamable HTTP.
 *
 *     const client = await connect(options);
 *     const tool = await findTool(client, options.tool);
 *     const result = await client.callTool({ name: tool.name, arguments: options.args });
 *     const template = await readTemplate(client, tool._meta.ui.resourceUri);
 */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { RESOURCE_MIME_TYPE } from "@modelcontextprotocol/ext-apps/app-bridge";
import { HOST_INFO } from "./context.js";

/** @typedef {import("./options.js").Options} Options */

export const CLIENT_CAPABILITIES = {
  extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [RESOURCE_MIME_TYPE] } },
};

/**
 * Return a connected client.
 * @param {Options} options
 */
export async function connect(options) {
  const mode = options.era === "2026-07-28" ? { pin: options.era } : options.era;
  const client = new Client(HOST_INFO, { capabilities: CLIENT_CAPABILITIES, versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(options.server)));
  return client;
}

/**
 * Return the entry of a tool in tools/list.
 * @param {{ listTools: () => Promise<{ tools: any[] }> }} client
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function findTool(client, name) {
  const { tools } = await client.listTools();
  const tool = tools.find((each) => each.name === name);
  if (!tool) throw new Error(`server: tools/list has no \`${name}\`, only ${tools.map((each) => each.name).join(", ")}.`);
  return tool;
}

/**
 * Return the HTML of a UI resource with its `_meta`.
 * @param {{ readResource: (params: { uri: string }) => Promise<{ contents: any[] }> }} client
 * @param {string | undefined} uri
 * @returns {Promise<{ html: string, meta: any }>}
 */
export async function readTemplate(client, uri) {
  if (!uri) throw new Error("server: the tool's _meta names no UI resource in the key that this host reads.");
  const { contents } = await client.readResource({ uri });
  const [content] = contents;
  if (contents.length !== 1 || content.mimeType !== RESOURCE_MIME_TYPE) {
    throw new Error(`server: ${uri} has ${contents.length} contents of type ${content?.mimeType}, not one of ${RESOURCE_MIME_TYPE}.`);
  }
  return { html: content.text ?? atob(content.blob), meta: content._meta ?? {} };
}
