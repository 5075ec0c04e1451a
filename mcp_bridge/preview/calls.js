// @ts-check
/** Tool calls of a widget, on their way through the host: what is refused, asked about, delayed, repeated, or lost. */

import { Refused } from "./host.js";
import { RequestError } from "./mcp.js";

/** @typedef {import("./record.js").Call} Call */

/** The host gives up; the SDKs' code for a request that timed out. */
const TIMED_OUT = -32001;

/**
 * Wait.
 * @param {number} ms
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A function that carries out one call of the widget.
 * @param {object} options
 * @param {import("./mcp.js").Client} options.request
 * @param {(name: string) => any} options.find The tool of a name.
 * @param {() => Map<string, number>} options.quirks
 * @param {() => number | undefined} options.patience Milliseconds until the host gives up on a call.
 * @param {(name: string, given: any) => Promise<boolean>} options.approve Ask the person.
 * @param {() => (call: Call) => void} options.noting Taken when a call starts: where its end is written.
 * @returns {(params: any, onProgress: (params: any) => void) => Promise<any>}
 */
export function createCalls({ request, find, quirks, patience, approve, noting }) {
  /**
   * @param {any} params
   * @param {(params: any) => void} onProgress
   */
  async function pass(params, onProgress) {
    const tool = find(params?.name);
    const visibility = tool?._meta?.ui?.visibility;
    if (visibility && !visibility.includes("app")) {
      throw new Refused(-32602, `The tool ${params.name} is not for widgets: its visibility has no "app".`);
    }
    if (quirks().has("offline")) throw new Refused(-32000, "The host is offline.");
    if (quirks().has("approval") && !tool?.annotations?.readOnlyHint) {
      if (!(await approve(params.name, params.arguments ?? {}))) throw new Refused(-32000, "The person did not allow this call.");
    }
    const delay = quirks().get("slow-network") ?? 0;
    if (delay) await pause(delay);
    if (quirks().has("repeated-call")) await request("tools/call", params);
    const result = await request("tools/call", params, { onProgress });
    if (delay) await pause(delay);
    if (!quirks().has("meta-dropped")) return result;
    const { _meta, ...rest } = result;
    return rest;
  }

  return async (params, onProgress) => {
    const startedAt = performance.now();
    const note = noting();
    const entry = { name: String(params?.name), arguments: params?.arguments };
    const limit = patience();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      if (limit !== undefined) timer = setTimeout(() => reject(new Refused(TIMED_OUT, `Request timed out after ${limit / 1000} s.`)), limit);
    });
    try {
      const result = await Promise.race([pass(params, onProgress), late]);
      note({ ...entry, result, ms: performance.now() - startedAt });
      return result;
    } catch (error) {
      note({ ...entry, error: words(error), ms: performance.now() - startedAt });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * What went wrong, for a person.
 * @param {unknown} error
 * @returns {string}
 */
export function words(error) {
  if (!(error instanceof RequestError)) return error instanceof Error ? error.message : String(error);
  return error.kind === "rpc" ? `The server refused the request: ${error.message} (code ${error.code})` : error.message;
}
