// @ts-check
/** The panel "Conversation": the person plays the model and the user around the widget that is on the stage. */

import { copyButton, formatMs, h, icon } from "./dom.js";
import { createComposer } from "./composer.js";
import { jsonBlock, jsonView } from "./json.js";
import { contentBlock } from "./panels.js";
import { badge } from "./tabs.js";
import { formatTokens } from "./tokens.js";
import { createTurns, told } from "./turns.js";
import { uriOf } from "./tools.js";

/** @typedef {import("./turns.js").Turn} Turn */

const EMPTY = "Play the model: say something as the user, call a tool, write an answer. What the widget sends as the user appears here, and can be answered by another call.";

/**
 * The panel, which follows the emulator.
 * @param {HTMLElement} panel
 * @param {object} options
 * @param {import("./emulator.js").Emulator} options.emulator
 * @param {import("./mcp.js").Client} options.request
 */
export function createConversation(panel, { emulator, request }) {
  const talk = createTurns();
  /** The turn whose widget is on the stage. @type {Turn | null} */
  let onStage = null;
  /** The turn whose result is shown again, while that is under way. @type {Turn | null} */
  let reopening = null;
  const list = h("ol", { class: "turns", "aria-live": "polite", "aria-label": "Conversation" });
  const empty = h("p", { class: "empty" }, EMPTY);
  const waiting = h("div", { class: "waiting" });
  const total = h("span", { class: "meta" });
  const fresh = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "quiet small", onclick: clear }, "Clear"));
  const head = h("header", { class: "talk-head", hidden: true }, total, h("span", { class: "spring" }), copyButton(() => JSON.stringify(talk.asModelReads(), null, 2), "Copy the conversation as the model reads it"), fresh);
  const composer = createComposer({
    tools: () => emulator.tools(),
    onSay: (text) => add(talk.say(text, "person")),
    onAnswer: (text) => add(talk.answer(text)),
    onCall: (tool, input) => void call(tool, input),
  });
  panel.replaceChildren(h("div", { class: "talk" }, head, empty, list, waiting, composer.element));

  /** @param {Turn} turn */
  function add(turn) {
    empty.hidden = true;
    head.hidden = false;
    list.append(h("li", { "data-turn": turn.id, class: `turn ${turn.kind}` }));
    draw(turn);
    count();
    composer.next(turn.kind === "user" ? "answer" : turn.kind === "assistant" ? "say" : "answer");
    // Never the whole page, away from the widget that just spoke.
    panel.scrollTop = panel.scrollHeight;
  }

  /** @param {Turn} turn */
  function draw(turn) {
    const item = list.querySelector(`[data-turn="${turn.id}"]`);
    if (!item) return;
    item.replaceChildren(...(turn.kind === "call" ? callTurn(turn) : textTurn(turn)).filter((node) => node !== null));
  }

  function count() {
    total.textContent = `Model has read ${formatTokens(talk.tokens())} (estimate)`;
    badge("talk", talk.all().length);
    drawWaiting();
  }

  function drawWaiting() {
    const context = talk.waiting();
    waiting.replaceChildren(...(context ? [attached(context, "Goes with the user’s next message")] : []));
  }

  /** @param {Turn} turn */
  function textTurn(turn) {
    const who = turn.kind === "assistant" ? "Model" : turn.by === "widget" ? "User, sent by the widget" : "User";
    return [turn.context ? attached(turn.context, "Context that went with it") : null, h("span", { class: "who" }, who), h("p", { class: "bubble", dir: "auto" }, turn.text)];
  }

  /** @param {Turn} turn */
  function callTurn(turn) {
    const { tool, input, result, error } = turn;
    const hasWidget = Boolean(uriOf(tool));
    const isRunning = !result && !error;
    const state = turn === onStage ? h("span", { class: "chip widget" }, "on the stage") : null;
    const reopen = hasWidget && result && turn !== onStage ? h("button", { type: "button", class: "small", onclick: () => void revisit(turn), title: "Show its widget again, with the kept result and widget state" }, icon("reload"), "Reopen") : null;
    return [
      h("span", { class: "who" }, "Model calls a tool"),
      h(
        "div",
        { class: "call-card" },
        h("header", {}, icon(hasWidget ? "widget" : "text"), h("code", { dir: "ltr" }, tool.name), result?.isError ? h("span", { class: "chip bad" }, "isError") : null, state, h("span", { class: "meta" }, isRunning ? "running…" : formatMs(turn.ms)), reopen),
        Object.keys(input).length > 0 ? jsonView(input, 2) : h("p", { class: "note" }, "without arguments"),
        error ? h("p", { class: "text bad" }, error) : null,
        result ? reads(result) : null,
      ),
    ];
  }

  /** @param {any} result */
  function reads(result) {
    const { content = [], structuredContent } = result;
    const size = formatTokens([content.map((/** @type {any} */ block) => block.text ?? ""), structuredContent]);
    const data = structuredContent === undefined ? null : h("details", { class: "fold" }, h("summary", {}, `structuredContent, ${formatTokens(structuredContent)}`));
    data?.addEventListener("toggle", () => data.childElementCount === 1 && data.append(jsonView(structuredContent)));
    return h("div", { class: "reads" }, h("p", { class: "note" }, `The model reads ${size}:`), content.length === 0 ? h("p", { class: "note" }, "no content") : null, ...content.map(contentBlock), data);
  }

  /**
   * @param {any} context
   * @param {string} title
   */
  function attached(context, title) {
    const known = told(context);
    const text = (known.content ?? [known.text]).filter((/** @type {any} */ each) => typeof each === "string").join("\n");
    const { content, text: _text, ...data } = known;
    return h(
      "div",
      { class: "attached" },
      h("p", { class: "note" }, `${title}: ${formatTokens(known)}`),
      text ? h("p", { class: "text", dir: "auto" }, text) : null,
      Object.keys(data).length > 0 ? jsonBlock("data", data.structuredContent ?? data) : null,
    );
  }

  /**
   * Call a tool as the model. One with a widget takes the stage; another leaves what is there alone.
   * @param {any} tool
   * @param {Record<string, any>} input
   */
  async function call(tool, input) {
    if (uriOf(tool)) {
      await emulator.set({ tool: tool.name, input, result: undefined, widgetState: undefined });
      await emulator.run().catch(() => undefined);
    } else {
      await follow(talk.call(tool, input), request("tools/call", { name: tool.name, arguments: input }));
    }
  }

  /**
   * Show a turn while its tool runs, and its end.
   * @param {Turn} turn
   * @param {Promise<any>} done
   */
  async function follow(turn, done) {
    const startedAt = performance.now();
    add(turn);
    try {
      turn.result = await done;
      if (!turn.result) turn.error = "The call was stopped.";
    } catch (error) {
      turn.error = /** @type {Error} */ (error).message;
    }
    turn.ms = performance.now() - startedAt;
    draw(turn);
    count();
  }

  /**
   * Scroll back to an earlier widget, as a person does in a chat: the host has kept its result and its state.
   * @param {Turn} turn
   */
  async function revisit(turn) {
    await emulator.set({ tool: turn.tool.name, input: turn.input, result: turn.result, widgetState: turn.widgetState ?? undefined });
    reopening = turn;
    await emulator.run().catch(() => undefined);
  }

  /** @param {Turn | null} turn */
  function stage(turn) {
    const before = onStage;
    onStage = turn;
    for (const each of [before, turn]) if (each) draw(each);
  }

  function clear() {
    talk.clear();
    onStage = null;
    list.replaceChildren();
    empty.hidden = false;
    head.hidden = true;
    count();
  }

  /** The turn whose widget comes when the record has been cleared. @type {Turn | null} */
  let coming = null;

  /** @type {Record<string, (value: any) => void>} */
  const listeners = {
    clear() {
      stage(coming);
      coming = null;
    },
    run({ tool, input, done }) {
      const earlier = reopening;
      reopening = null;
      const turn = earlier ?? talk.call(tool, input);
      if (!earlier) void follow(turn, done);
      coming = uriOf(tool) ? turn : null;
    },
    messages: (text) => add(talk.say(text, "widget")),
    modelContext(context) {
      talk.context(context);
      drawWaiting();
    },
    widgetState(state) {
      if (onStage && state !== null) onStage.widgetState = state;
      const seen = state?.modelContent;
      if (!seen) return;
      // Hosts with both ways tell the model once.
      if (!emulator.modelContext) talk.context(seen);
      drawWaiting();
    },
  };
  emulator.subscribe((kind, value) => listeners[kind]?.(value));
  count();
}
