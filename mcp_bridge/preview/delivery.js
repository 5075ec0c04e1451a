// @ts-check
/** In which form a widget gets its input and its result: as the server gave it, or as a quirk makes of it. */

/** What an old chat gives to a widget whose result it has lost. */
const NOTHING = { content: [], structuredContent: {} };
const FAILURE = { content: [{ type: "text", text: "The tool could not do this: the emulator's quirk “Tool fails” is on." }], isError: true };

/**
 * What a quirk answers in place of the server; undefined if none does.
 * @param {Map<string, number>} quirks
 * @returns {any}
 */
export function insteadOfCalling(quirks) {
  return quirks.has("tool-error") ? FAILURE : undefined;
}

/**
 * A result without what the host drops.
 * @param {any} result
 * @param {Map<string, number>} quirks
 * @param {boolean} isRevisit
 * @returns {any}
 */
export function shaped(result, quirks, isRevisit) {
  if (isRevisit && quirks.has("revisit-empty-output")) return NOTHING;
  if (!quirks.has("meta-dropped")) return result;
  const { _meta, ...rest } = result;
  return rest;
}

/**
 * A shaped result as the globals of `window.openai`.
 * @param {any} result null while there is none.
 * @param {Map<string, number>} quirks
 * @returns {{toolOutput: any, toolResponseMetadata: any}}
 */
export function resultGlobals(result, quirks) {
  if (!result) return { toolOutput: null, toolResponseMetadata: null };
  if (result === NOTHING) return { toolOutput: {}, toolResponseMetadata: null };
  if (quirks.has("whole-output")) return { toolOutput: result, toolResponseMetadata: result._meta ?? null };
  const { _meta, ...visible } = result;
  return {
    toolOutput: visible.structuredContent ?? null,
    toolResponseMetadata: { status: "complete", call_tool_result: visible, mcp_tool_result: result },
  };
}

/**
 * The input as a model writes it: it grows key by key, texts grow too, and one piece is taken back.
 * @param {Record<string, any>} input
 * @returns {Record<string, any>[]}
 */
export function partials(input) {
  const pieces = [{}];
  const entries = Object.entries(input);
  entries.forEach(([key, value], index) => {
    const before = Object.fromEntries(entries.slice(0, index));
    if (typeof value === "string" && value.length > 1) pieces.push({ ...before, [key]: value.slice(0, value.length / 2) });
    pieces.push({ ...before, [key]: value });
    pieces.push(before);
  });
  return pieces;
}
