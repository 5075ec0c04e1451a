// @ts-check
/**
 * A conversation as the model reads it: what the person said, what the model called and answered, what widgets added.
 *
 *     const talk = createTurns();
 *     talk.context({ content: [{ type: "text", text: "Two seats are chosen." }] });
 *     talk.say("Book them.", "widget");      // a follow-up; the context goes with it
 *     talk.asModelReads();
 *
 * A context waits for the next message of the person, and a newer one takes its place (MCP Apps 2026-01-26,
 * `ui/update-model-context`). A widget's state that the model may read goes the same way in ChatGPT.
 */

import { estimateTokens } from "./tokens.js";

/**
 * @typedef {object} Turn
 * @property {number} id
 * @property {"user" | "call" | "assistant"} kind
 * @property {string} text What was said.
 * @property {"person" | "widget"} by Who wrote what the user says.
 * @property {any} context What went to the model with it, null for nothing.
 * @property {any} tool
 * @property {Record<string, any>} input
 * @property {any} result null while the tool runs.
 * @property {string} error Why there is none.
 * @property {number} ms
 * @property {any} widgetState As the widget left it.
 */

/** A conversation with nothing said. */
export function createTurns() {
  /** @type {Turn[]} */
  let turns = [];
  let lastId = 0;
  /** @type {any} What waits for the person's next message. */
  let waiting = null;

  /**
   * @param {Turn["kind"]} kind
   * @param {Partial<Turn>} known
   * @returns {Turn}
   */
  function add(kind, known) {
    /** @type {Turn} */
    const turn = { id: ++lastId, kind, text: "", by: "person", context: null, tool: null, input: {}, result: null, error: "", ms: 0, widgetState: null, ...known };
    turns.push(turn);
    return turn;
  }

  return {
    /** All turns, oldest first. */
    all: () => turns,
    /** What the next message of the person takes along. */
    waiting: () => waiting,
    /** @param {any} context null takes it away. */
    context: (context) => void (waiting = context),
    /**
     * @param {string} text
     * @param {Turn["by"]} by
     */
    say(text, by) {
      const turn = add("user", { text, by, context: waiting });
      waiting = null;
      return turn;
    },
    /** @param {string} text */
    answer: (text) => add("assistant", { text }),
    /**
     * @param {any} tool
     * @param {Record<string, any>} input
     */
    call: (tool, input) => add("call", { tool, input }),
    clear() {
      turns = [];
      waiting = null;
    },
    asModelReads: () => turns.flatMap(read),
    /** An estimate; what the host adds of its own is not in it. */
    tokens: () => estimateTokens(turns.flatMap(read).map(({ role, ...rest }) => Object.values(rest))),
  };
}

/**
 * A turn as the messages that a model gets of it.
 * @param {Turn} turn
 * @returns {{role: string, [key: string]: any}[]}
 */
function read(turn) {
  if (turn.kind === "assistant") return [{ role: "assistant", text: turn.text }];
  if (turn.kind === "user") return [...(turn.context ? [{ role: "context", ...told(turn.context) }] : []), { role: "user", text: turn.text }];
  const call = { role: "assistant", call: turn.tool?.name, arguments: turn.input };
  if (turn.error) return [call, { role: "tool", error: turn.error }];
  if (!turn.result) return [call];
  const { content = [], structuredContent, isError } = turn.result;
  return [call, { role: "tool", content: content.map(block), ...(structuredContent === undefined ? {} : { structuredContent }), ...(isError ? { isError } : {}) }];
}

/**
 * What is told of a context: its text and its data, without the bridge's own keys.
 * @param {any} context
 * @returns {{text?: string, content?: any[], structuredContent?: any, state?: any}}
 */
export function told(context) {
  if (typeof context !== "object" || context === null) return { text: String(context) };
  const { content, structuredContent, _meta, ...rest } = context;
  return {
    ...(content === undefined ? {} : { content: content.map(block) }),
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(Object.keys(rest).length > 0 ? { state: rest } : {}),
  };
}

/** @param {any} each */
function block(each) {
  return each?.type === "text" ? each.text : { ...each, ...(each?.data ? { data: `${each.data.length} characters of base64` } : {}) };
}
