// @ts-check
/**
 * The MCP endpoint over `fetch`: one POST per request, answered as JSON or as an event stream.
 * MCP 2026-07-28, Streamable HTTP: no handshake, no session; each request says its version and capabilities.
 */

const VERSION = "2026-07-28";
const META = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientInfo": { name: "mcp-bridge preview", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {
    extensions: { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } },
  },
};
/** The parameter that `Mcp-Name` repeats, per method. @type {Record<string, string>} */
const NAME_PARAM = { "tools/call": "name", "resources/read": "uri" };

/** A request that got no result; `kind` says whether the server was reached. */
export class RequestError extends Error {
  /**
   * @param {"network" | "http" | "rpc"} kind
   * @param {string} message One sentence for a person.
   * @param {number} [code] The JSON-RPC code or the HTTP status.
   */
  constructor(kind, message, code) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/**
 * @typedef {{signal?: AbortSignal, onProgress?: (params: any) => void}} RequestOptions
 * @typedef {(method: string, params?: Record<string, any>, options?: RequestOptions) => Promise<any>} Client
 */

/**
 * A function that sends one request and gives its result.
 * @param {URL} url
 * @returns {Client} It rejects with `RequestError`, or with `AbortError` when the signal fires.
 */
export function createClient(url) {
  let lastId = 0;
  return async (method, params = {}, options = {}) => {
    const id = ++lastId;
    const name = params[NAME_PARAM[method] ?? ""];
    const response = await post(url, options.signal, {
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": method,
        ...(name === undefined ? {} : { "Mcp-Name": headerValue(String(name)) }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: { ...params._meta, ...META } } }),
    });
    for await (const message of messages(response)) {
      if (message.method === "notifications/progress") options.onProgress?.(message.params);
      if (message.id !== undefined && "result" in message) return message.result;
      if (message.error) throw new RequestError("rpc", message.error.message ?? "No reason was given.", message.error.code);
    }
    throw new RequestError("http", `The server answered ${response.status} without an MCP message.`, response.status);
  };
}

/**
 * All items of a list method, page by page.
 * @param {Client} request
 * @param {"tools" | "resources"} kind
 * @returns {Promise<{items: any[], serverInfo: {name?: string, title?: string, version?: string}}>}
 */
export async function listAll(request, kind) {
  const items = [];
  let serverInfo = {};
  /** @type {string | undefined} */
  let cursor;
  do {
    const page = await request(`${kind}/list`, cursor ? { cursor } : {});
    items.push(...(page[kind] ?? []));
    serverInfo = page._meta?.["io.modelcontextprotocol/serverInfo"] ?? serverInfo;
    cursor = page.nextCursor;
  } while (cursor);
  return { items, serverInfo };
}

/**
 * @param {URL} url
 * @param {AbortSignal | undefined} signal
 * @param {RequestInit} init
 */
async function post(url, signal, init) {
  try {
    return await fetch(url, { ...init, method: "POST", signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError("network", `Nothing answers at ${url}. Is the server still running?`);
  }
}

/**
 * The JSON-RPC messages of a response, as they arrive.
 * @param {Response} response
 * @returns {AsyncGenerator<any>}
 */
async function* messages(response) {
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/json")) {
    yield await response.json();
  } else if (type.startsWith("text/event-stream") && response.body) {
    let buffer = "";
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      buffer += decoder.decode(chunk.value, { stream: true });
      const events = buffer.split(/\r?\n\r?\n/);
      buffer = events.pop() ?? "";
      for (const event of events) {
        const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
        if (data.length > 0) yield JSON.parse(data.join("\n"));
      }
    }
  }
}

/**
 * A header value as the specification encodes it: plain ASCII as it is, anything else as base64 of its UTF-8.
 * @param {string} value
 */
function headerValue(value) {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  const bytes = Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
  return `=?base64?${btoa(bytes)}?=`;
}
