// @ts-check
/**
 * A call of the server through the host, reduced to the bridge's part of the answer.
 *
 *     const caller = createCaller(callTool);
 *     const { update } = await caller.call("reflex_event", { … });
 */
import { bridgePart, resultText } from "./results.js";
import { HostError } from "./rpc.js";

/** A refusal by the server. `code` is one of the wire's codes, `retry` whether the same call may succeed later. */
export class ServerError extends Error {
  /** @param {WireError} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.retry = error.retry;
  }
}

/**
 * A caller that finds the bridge's part also where a host drops `_meta`: then it asks once more for the part in
 * `structuredContent`, and from then on always. The server does nothing twice.
 * @param {ChannelOptions["callTool"]} callTool
 * @returns {Caller}
 */
export function createCaller(callTool) {
  let inContent = false;

  /** @type {Caller["call"]} */
  const call = async (tool, args) => {
    const result = await callTool(tool, { ...args, in_content: inContent });
    const part = bridgePart(result);
    if (part?.error) throw new ServerError(part.error);
    if (part) return part;
    const isRepeatable = !inContent && !result.isError;
    inContent = true;
    if (isRepeatable) return call(tool, args);
    throw new HostError(resultText(result) || "The host gave an answer without the widget's update.", "unsupported");
  };

  /** @type {Caller["begin"]} */
  const begin = async (tool, args) => {
    const part = await call(tool, args);
    if (part.session && part.update) return /** @type {OpenPart} */ (part);
    throw new HostError("The server gave no session.", "rejected");
  };

  return { call, begin, useContent: () => void (inContent = true) };
}
