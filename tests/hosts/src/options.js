// @ts-check
/**
 * What a test asks of a host page, read from its query.
 *
 *     /appbridge.html?server=http://127.0.0.1:8000/mcp&sandbox=http://127.0.0.1:9001&tool=flights&args={"origin":"JFK"}
 */

/**
 * @typedef {object} Options
 * @property {string} server URL of the MCP endpoint under test.
 * @property {string} sandbox Origin of the sandbox server.
 * @property {string} tool Name of the tool to call.
 * @property {Record<string, unknown>} args Its arguments.
 * @property {"light" | "dark"} theme
 * @property {string} locale BCP 47.
 * @property {number} width Width of the widget in CSS pixels.
 * @property {boolean} opaque The widget's document gets an opaque origin.
 * @property {boolean} both The `openai` host also answers the MCP Apps handshake.
 * @property {boolean} meta False: the host drops `_meta` from every result.
 * @property {number} late Milliseconds by which the tool result comes after the widget.
 * @property {string | null} message The chat message that the widget belongs to; with one, a reload of the page shows
 *   the same result and widget state again, without a tool call.
 * @property {"legacy" | "auto" | "2026-07-28"} era Protocol era of the MCP client.
 * @property {string[]} without Host capabilities that this host does not have.
 */

/**
 * Return the options of this page.
 * @param {URLSearchParams} query
 * @returns {Options}
 */
export function readOptions(query = new URLSearchParams(location.search)) {
  const era = query.get("era");
  return {
    server: demand(query, "server"),
    sandbox: demand(query, "sandbox"),
    tool: demand(query, "tool"),
    args: JSON.parse(query.get("args") ?? "{}"),
    theme: query.get("theme") === "dark" ? "dark" : "light",
    locale: query.get("locale") ?? "en-US",
    width: Number(query.get("width") ?? 768),
    opaque: query.get("opaque") === "1",
    both: query.get("both") === "1",
    meta: query.get("meta") !== "0",
    late: Number(query.get("late") ?? 0),
    message: query.get("message"),
    era: era === "auto" || era === "2026-07-28" ? era : "legacy",
    without: (query.get("without") ?? "").split(",").filter(Boolean),
  };
}

/**
 * Return a parameter that has no default.
 * @param {URLSearchParams} query
 * @param {string} name
 * @returns {string}
 */
function demand(query, name) {
  const value = query.get(name);
  if (!value) throw new Error(`host page: the query has no \`${name}\`. Add \`${name}=…\` to the address.`);
  return value;
}
