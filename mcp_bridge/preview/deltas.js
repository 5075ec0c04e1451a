// @ts-check
/**
 * The bridge's own tool calls as Reflex means them: which events went up, which vars came back with what.
 *
 *     const decoder = createDecoder();
 *     decoder.opening(result);                      // the first state, from the opening tool's result
 *     decoder.call({ name: "reflex_event", arguments, result, ms });
 *
 * Answers carry absolute values since a version (mcp_bridge/answers.py), so what changed is told by comparing them with
 * what the widget had. The widget's own rules decide which answer counts: js/channel.js.
 */

import { differences } from "./differences.js";

/** @typedef {Record<string, Record<string, any>>} Vars */
/** @typedef {import("./differences.js").Difference} Difference */
/**
 * @typedef {object} Change One var that has another value than before.
 * @property {string} label "Hello.count".
 * @property {string} key The full names of State and var.
 * @property {any} before undefined if the widget did not have it.
 * @property {any} after
 * @property {Difference[]} parts Where in a list or an object.
 * @property {boolean} isCut Whether there are more parts.
 */
/**
 * @typedef {object} Exchange
 * @property {"open" | "event" | "poll" | "restore" | "reopen" | "upload" | "cancel"} kind
 * @property {{seq: number, name: string, label: string, payload: any, files: any[]}[]} sent
 * @property {string[]} cancels Handlers that the server is asked to stop.
 * @property {number | null} since The version that the widget said it has.
 * @property {number | null} version The version of the answer.
 * @property {boolean} isFull Whether the answer has the whole state.
 * @property {boolean} isLate Whether the widget has something newer, and ignores it.
 * @property {boolean} isPending Whether something still runs on the server.
 * @property {number | null} ack The last event number that the server has run.
 * @property {Change[]} changes
 * @property {number} same How many values came that the widget had already.
 * @property {number} steps Views in between, which the widget plays back.
 * @property {{version: number, name: string, payload: any}[]} events Frontend events.
 * @property {any} context What the model is told of it, null for nothing.
 * @property {number} sealBytes Of the sealed snapshot, which only the server can open.
 * @property {{code: string, message: string, retry: boolean} | null} error The bridge's refusal, or why there is no answer.
 * @property {string} rung How the session was restored.
 * @property {string} notice What the person is told of it.
 * @property {string} name The tool's name.
 * @property {number} ms
 */

export const EVENT_TOOL = "reflex_event";
export const POLL_TOOL = "reflex_poll";
const PART = "mcp-bridge";
const FIELD = "_rx_state_";

/**
 * Whether a tool is one of the bridge's own.
 * @param {string} name
 * @returns {boolean}
 */
export const isBridgeTool = (name) => name === EVENT_TOOL || name === POLL_TOOL;

/**
 * "reflex___state____state.app___hello____hello_state" as "HelloState".
 * @param {string} state
 * @returns {string}
 */
export function stateLabel(state) {
  const snake = state.split(".").pop()?.split("____").pop() ?? state;
  return snake.split("_").filter(Boolean).map((word) => word[0].toUpperCase() + word.slice(1)).join("") || state;
}

/**
 * The name of an event or a var after its State.
 * @param {string} name
 * @returns {string}
 */
export function eventLabel(name) {
  const at = name.lastIndexOf(".");
  return at < 0 ? name : `${stateLabel(name.slice(0, at))}.${name.slice(at + 1)}`;
}

/** Follows one widget; `clear` it when another opens. */
export function createDecoder() {
  /** @type {Vars} */
  let vars = {};
  let version = -1;
  let session = "";

  /**
   * @param {any} part
   * @param {number} since
   */
  function take(part, since) {
    const update = part?.update;
    if (!update) return {};
    if (part.session && part.session !== session) {
      vars = {};
      version = -1;
      session = part.session;
    }
    const isReset = update.full && update.version < since;
    const isLate = update.version < version && !isReset;
    const known = isReset ? -1 : version;
    const before = vars;
    /** @type {Change[]} */
    const changes = [];
    let same = 0;
    if (!isLate) {
      vars = update.full ? {} : { ...vars };
      for (const [state, values] of Object.entries(update.vars ?? {})) {
        vars[state] = { ...vars[state], ...values };
        for (const [name, after] of Object.entries(values)) {
          const old = before[state]?.[name];
          const { parts, isCut, isEqual } = differences(old, after);
          if (isEqual) same += 1;
          else changes.push({ label: `${stateLabel(state)}.${name.replace(FIELD, "")}`, key: `${state}.${name}`, before: old, after, parts, isCut });
        }
      }
      version = update.version;
    }
    const events = (update.events ?? []).filter((/** @type {any[]} */ [at]) => at > known);
    return {
      version: update.version,
      isFull: !!update.full,
      isLate,
      isPending: !!update.pending,
      ack: update.ack ?? null,
      changes,
      same,
      steps: update.steps?.length ?? 0,
      events: events.map((/** @type {any[]} */ [at, event]) => ({ version: at, name: String(event?.name), payload: event?.payload ?? {} })),
      context: update.context ?? null,
      sealBytes: update.seal?.length ?? 0,
    };
  }

  return {
    clear() {
      vars = {};
      version = -1;
      session = "";
    },
    /** What the decoder knows the widget to have. */
    vars: () => vars,
    version: () => version,
    /**
     * The first state; null if the result has none of ours.
     * @param {any} result
     * @returns {Exchange | null}
     */
    opening(result) {
      const part = partOf(result);
      return part?.update ? exchange("open", { name: part.tool ?? "", ms: 0, ...take(part, 0) }) : null;
    },
    /**
     * @param {{name: string, arguments?: any, result?: any, error?: string, ms: number}} call Of one of the bridge's tools.
     * @returns {Exchange}
     */
    call(call) {
      const given = call.arguments ?? {};
      const part = partOf(call.result);
      const sent = (Array.isArray(given.events) ? given.events : []).map((/** @type {any} */ event) => ({
        seq: Number(event?.seq),
        name: String(event?.name),
        label: eventLabel(String(event?.name)),
        payload: event?.payload ?? {},
        files: event?.upload?.files ?? [],
      }));
      const cancels = (given.cancel ?? []).map(eventLabel);
      const since = typeof given.since === "number" ? given.since : null;
      return exchange(kindOf(call.name, given, sent.length), {
        name: call.name,
        ms: call.ms,
        sent,
        cancels,
        since,
        ...take(part, since ?? 0),
        error: part?.error ?? failureOf(call, part),
        rung: part?.rung ?? "",
        notice: part?.notice ?? "",
      });
    },
  };
}

/**
 * @param {string} name
 * @param {any} given
 * @param {number} count
 * @returns {Exchange["kind"]}
 */
function kindOf(name, given, count) {
  if (name === POLL_TOOL) return "poll";
  if (given.restore) return "restore";
  if (given.open) return "reopen";
  if (given.upload) return "upload";
  return count === 0 && given.cancel?.length ? "cancel" : "event";
}

/** @param {any} result */
function partOf(result) {
  const found = [result?._meta?.[PART], result?.structuredContent?.[PART]].find((part) => typeof part === "object" && part !== null);
  return found ?? null;
}

/**
 * Why a call has no part of ours.
 * @param {any} call
 * @param {any} part
 */
function failureOf(call, part) {
  if (part?.update) return null;
  const text = (call.result?.content ?? []).map((/** @type {any} */ block) => block?.text ?? "").join("\n");
  const message = call.error ?? (call.result?.isError && text ? text : "The answer has no update: the host dropped its _meta. The widget asks again.");
  return { code: call.error === undefined ? "no_update" : "failed", message, retry: true };
}

/**
 * @param {Exchange["kind"]} kind
 * @param {Partial<Exchange>} known
 * @returns {Exchange}
 */
function exchange(kind, known) {
  return {
    kind,
    sent: [],
    cancels: [],
    since: null,
    version: null,
    isFull: false,
    isLate: false,
    isPending: false,
    ack: null,
    changes: [],
    same: 0,
    steps: 0,
    events: [],
    context: null,
    sealBytes: 0,
    error: null,
    rung: "",
    notice: "",
    name: "",
    ms: 0,
    ...known,
  };
}
