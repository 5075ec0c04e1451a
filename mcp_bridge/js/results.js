// @ts-check
/**
 * Hosts hand over a tool's result in several shapes; the bridge's own part sits in `_meta["mcp-bridge"]`, or in
 * `structuredContent["mcp-bridge"]` when it was asked for there because a host dropped `_meta`.
 */

/** The key of the bridge's part in `_meta` and in `structuredContent`. */
export const PART = "mcp-bridge";

/**
 * Whether `value` is an object that is not an array.
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The CallToolResult inside whatever a host returned for a call.
 * @param {any} raw A CallToolResult, or an envelope with one in it.
 * @returns {CallToolResult}
 */
export function unwrapResult(raw) {
  if (!isObject(raw)) return { content: [] };
  for (const key of ["mcp_tool_result", "call_tool_result", "result"]) {
    if (isObject(raw[key]) && !raw.content && !raw.structuredContent) return unwrapResult(raw[key]);
  }
  return /** @type {CallToolResult} */ (raw);
}

/**
 * The bridge's part of a result, if the host kept it.
 * @param {CallToolResult | undefined} result
 * @returns {BridgePart | undefined}
 */
export function bridgePart(result) {
  return [result?._meta?.[PART], result?.structuredContent?.[PART]].find(isObject);
}

/**
 * The text blocks of a result, one per line.
 * @param {CallToolResult | undefined} result
 * @returns {string}
 */
export function resultText(result) {
  const blocks = Array.isArray(result?.content) ? result.content : [];
  return blocks
    .map((block) => (block?.type === "text" ? block.text : ""))
    .filter(Boolean)
    .join("\n");
}

/**
 * The opening result as `window.openai` holds it, or undefined while there is none.
 *
 * `toolOutput` is the `structuredContent` in most hosts and the whole result in one; `toolResponseMetadata` is the
 * result's `_meta` in most and an envelope `{status, mcp_tool_result, call_tool_result}` in others.
 * @param {OpenAiGlobals | undefined} globals
 * @returns {CallToolResult | undefined}
 */
export function overlayResult(globals) {
  const output = globals?.toolOutput;
  const metadata = globals?.toolResponseMetadata;
  const envelope = metadata?.mcp_tool_result ?? metadata?.call_tool_result;
  if (isObject(envelope)) return { structuredContent: output ?? undefined, ...envelope };
  const whole = isObject(output) && (Array.isArray(output.content) || isObject(output.structuredContent));
  if (!output && !metadata?.[PART]) return undefined;
  return { _meta: metadata ?? undefined, ...(whole ? output : { structuredContent: output ?? undefined }) };
}
