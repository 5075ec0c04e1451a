// @ts-check
/**
 * A page at `widgets/<name>` has no host: then the widget is its own MCP client and posts to `mcp` beside that folder,
 * wherever a proxy has put it, with the headers and `_meta` keys of MCP 2026-07-28 (no handshake, no session).
 */
import { HostError } from "./rpc.js";
import { unwrapResult } from "./results.js";

const VERSION = "2026-07-28";
const META = "io.modelcontextprotocol/";

/**
 * The messages in the body of an answer, which is JSON or an event stream.
 * @param {string} text
 * @param {(text: string) => any} parse
 * @returns {any[]}
 */
function messages(text, parse) {
  if (/^\s*[{[]/.test(text)) return [parse(text)];
  return text
    .split(/\r?\n\r?\n/)
    .map((block) => (block.match(/^data:.*$/gm) ?? []).map((line) => line.slice(5)).join("\n"))
    .filter((data) => data.trim())
    .map(parse);
}

/**
 * A function that calls a tool over HTTP.
 * @param {Window & typeof globalThis} win
 * @param {(text: string) => any} parse Reads JSON; Reflex's own reader also takes NaN and Infinity.
 * @returns {(name: string, args: Record<string, unknown>) => Promise<CallToolResult>}
 */
export function createHttpClient(win, parse) {
  let count = 0;
  return async (name, args) => {
    const id = ++count;
    const meta = { [`${META}protocolVersion`]: VERSION, [`${META}clientCapabilities`]: {} };
    const response = await win.fetch("../mcp", {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": VERSION,
        "mcp-method": "tools/call",
        "mcp-name": name,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args, _meta: meta } }),
    });
    const text = await response.text();
    /** @type {any} */
    let answer;
    try {
      answer = messages(text, parse).find((message) => "result" in message || "error" in message);
    } catch {
      answer = undefined;
    }
    if (answer?.error) throw new HostError(String(answer.error.message), "rejected");
    if (!answer) throw new HostError(`The server answered ${response.status} to a call of ${name}.`, "rejected");
    return unwrapResult(answer.result);
  };
}
