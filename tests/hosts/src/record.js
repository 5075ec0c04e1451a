// @ts-check
/**
 * `window.__host`: what the widget asked of this host, and the faults that a test orders.
 *
 *     const record = createRecord();
 *     const result = await record.pass("mcp", { name: "flights_event", arguments: {} }, () => client.callTool(…));
 */

/**
 * @typedef {object} Call
 * @property {string} name
 * @property {Record<string, unknown>} arguments
 * @property {"mcp" | "openai"} via The way that the widget took.
 * @property {number} inFlight Calls under way when this one started, itself included.
 * @property {"pending" | "answered" | "failed"} outcome
 */

/** @typedef {"request" | "answer" | "result"} Fault What is lost: the request before the server has it, the answer after the server has run it, or the answer, told as an `isError` result. */

/**
 * Return a new record and publish it as `window.__host`.
 * @param {{ meta: boolean }} options
 */
export function createRecord({ meta }) {
  /** @type {Fault[]} */
  let faults = [];
  let wait = 0;
  let inFlight = 0;
  /** @type {Promise<void> | undefined} Held calls wait for it. */
  let gate;
  let open = () => {};

  const record = {
    /** @type {"starting" | "open" | "failed"} */
    state: "starting",
    /** @type {Call[]} */
    calls: [],
    /** @type {{ text: string, raw: unknown }[]} */
    messages: [],
    /** @type {string[]} */
    links: [],
    /** @type {unknown[]} Contents of the files that the widget asked to save. */
    files: [],
    /** @type {string[]} */
    displayModes: [],
    /** @type {{ width?: number, height?: number }[]} */
    sizes: [],
    /** @type {unknown[]} */
    modelContexts: [],
    /** @type {unknown[]} */
    logs: [],
    /** @type {string[]} */
    errors: [],
    /** @type {unknown[]} What the resource declared: one entry for each document that was shown. */
    csp: [],
    /** @type {unknown} */
    result: null,
    /** @type {unknown} */
    widgetState: null,
    /** MCP Apps handshakes that were completed. */
    initialized: 0,

    /** Show the same result in a new document. @type {() => void} */
    reload: () => {},
    /** Give the widget the opening result once more. @type {() => void} */
    deliver: () => {},
    /** Change theme, locale, … @type {(patch: Record<string, unknown>) => void} */
    setContext: () => {},

    /**
     * Make the next widget calls fail.
     * @param {number} count 0: no more.
     * @param {Fault} fault
     */
    drop(count = 1, fault = "request") {
      faults = Array(count).fill(fault);
    },

    /**
     * Let every widget call take some milliseconds more.
     * @param {number} ms
     */
    delay(ms) {
      wait = ms;
    },

    /** Hold every widget call from now on, until `release()`. */
    hold() {
      gate = new Promise((resolve) => (open = resolve));
    },

    /** Let held calls go. */
    release() {
      gate = undefined;
      open();
    },

    /**
     * Note a widget call and pass it on, with the ordered faults.
     * @param {"mcp" | "openai"} via
     * @param {{ name: string, arguments?: Record<string, unknown> }} params
     * @param {() => Promise<any>} forward
     * @returns {Promise<any>} The CallToolResult.
     */
    async pass(via, params, forward) {
      inFlight += 1;
      /** @type {Call} */
      const call = { name: params.name, arguments: params.arguments ?? {}, via, inFlight, outcome: "pending" };
      record.calls.push(call);
      const fault = faults.shift();
      try {
        await gate;
        if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
        if (fault === "request") throw new Error("The host could not reach the server.");
        const result = await forward();
        if (fault === "answer") throw new Error("The host lost the server's answer.");
        call.outcome = fault ? "failed" : "answered";
        if (fault) return { isError: true, content: [{ type: "text", text: "The host lost the server's answer." }] };
        return strip(result, meta);
      } catch (error) {
        call.outcome = "failed";
        throw error;
      } finally {
        inFlight -= 1;
      }
    },
  };
  Object.assign(window, { __host: record });
  addEventListener("error", (event) => record.errors.push(event.message));
  addEventListener("unhandledrejection", (event) => record.errors.push(String(event.reason)));
  return record;
}

/** @typedef {ReturnType<typeof createRecord>} HostRecord */

/**
 * Keep a `ui/message`.
 * @param {HostRecord} record
 * @param {{ content: { type: string, text?: string }[] }} params
 */
export function noteMessage(record, params) {
  const text = params.content.map((block) => block.text ?? "").join("");
  record.messages.push({ text, raw: params });
}

/**
 * Return a tool result as this host gives it to a widget.
 * @template {Record<string, unknown>} T
 * @param {T} result
 * @param {boolean} meta False drops `_meta`.
 * @returns {T}
 */
export function strip(result, meta) {
  if (meta) return result;
  const { _meta, ...rest } = result;
  return /** @type {T} */ (rest);
}

/**
 * Run the page and tell the test how it ended.
 * @param {HostRecord} record
 * @param {() => Promise<void>} open
 */
export async function runHost(record, open) {
  try {
    await open();
    record.state = "open";
  } catch (error) {
    record.errors.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    record.state = "failed";
  }
}
