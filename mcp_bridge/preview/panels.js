// @ts-check
/** The tabs under a widget: what the model, the widget and the wire got. Each panel is a module of its own. */

import { byId, formatBytes, formatMs, h, jsonBytes } from "./dom.js";
import { createEntries, lazyEntry } from "./entries.js";
import { jsonBlock, jsonView } from "./json.js";
import { createConsolePanel } from "./panel-console.js";
import { createReflexPanel } from "./panel-reflex.js";
import { createStatePanel } from "./panel-state.js";
import { createWirePanel } from "./panel-wire.js";
import { createTabs } from "./tabs.js";
import { formatTokens } from "./tokens.js";

/** @typedef {{name: string, arguments: any, result?: any, error?: string, ms: number}} Call */
/**
 * @typedef {object} Panels
 * @property {() => void} clear
 * @property {(name: string) => void} choose Show a tab.
 * @property {(input: any) => void} input What the tool was called with.
 * @property {(tool: any, result: any) => void} result
 * @property {(context: any) => void} modelContext
 * @property {(state: any) => void} widgetState
 * @property {(text: string) => void} userMessage
 * @property {(call: Call) => void} call
 * @property {(direction: "in" | "out", message: any) => void} wire
 * @property {(level: string, text: string) => void} log
 * @property {(violation: import("./panel-console.js").Violation) => void} violation
 */

/**
 * Wire the tabs in index.html.
 * @returns {Panels}
 */
export function createPanels() {
  const { choose } = createTabs(byId("tabs"));
  const model = createModelPanel();
  const widget = createWidgetPanel();
  const state = createStatePanel();
  const reflex = createReflexPanel();
  const messages = createWirePanel();
  const log = createConsolePanel();
  const calls = createCallsPanel();
  const all = { model, widget, state, reflex, calls, messages, console: log };
  for (const [name, panel] of Object.entries(all)) byId(`panel-${name}`).replaceChildren(panel.element);

  return {
    clear: () => Object.values(all).forEach((panel) => panel.clear()),
    choose,
    input: widget.input,
    result(tool, result) {
      model.result(tool, result);
      widget.meta(result);
      reflex.opening(result);
    },
    modelContext(context) {
      model.modelContext(context);
      state.modelContext(context);
    },
    widgetState: state.widgetState,
    userMessage: model.userMessage,
    call(call) {
      calls.call(call);
      reflex.call(call);
    },
    wire(direction, message) {
      if (message.method === "ui/notifications/tool-input-partial") widget.partial(message.params?.arguments);
      messages.wire(direction, message);
    },
    log: log.log,
    violation: log.violation,
  };
}

/** What the model reads: the text, the data, and what the widget told it since. */
function createModelPanel() {
  const element = h("div", { class: "stack" });
  const clear = () => element.replaceChildren(h("p", { class: "empty" }, "What the model reads of the result appears here when the tool has run."));
  /** @param {...Node} nodes */
  const add = (...nodes) => {
    element.querySelector(":scope > .empty")?.remove();
    element.append(...nodes);
  };
  clear();
  return {
    element,
    clear,
    /** @param {any} tool @param {any} result */
    result(tool, result) {
      add(textBlock(result));
      if (result.structuredContent !== undefined) add(jsonBlock("structuredContent", result.structuredContent, formatTokens(result.structuredContent)));
      const { name, title, description, inputSchema, outputSchema, annotations } = tool;
      const known = { name, title, description, inputSchema, outputSchema, annotations };
      add(h("details", { class: "fold" }, h("summary", {}, `The tool as the model knows it, ${formatTokens(known)}`), jsonBlock("tool", known)));
    },
    /** @param {any} context */
    modelContext(context) {
      element.querySelector(".model-context")?.remove();
      const block = jsonBlock("Context set by the widget for the next turn", context, formatTokens(context));
      block.classList.add("model-context");
      add(block);
    },
    /** @param {string} text */
    userMessage: (text) => add(h("section", { class: "text-block" }, h("h2", {}, "Message sent by the widget as the user"), h("p", { class: "text", dir: "auto" }, text))),
  };
}

/** What only the widget gets: the input, as it came, and `_meta`. */
function createWidgetPanel() {
  const input = h("div", { class: "stack" });
  const partials = h("div", { class: "stack" });
  const meta = h("div", { class: "stack" });
  /** @type {any[]} */
  let pieces = [];
  const clear = () => {
    pieces = [];
    for (const box of [input, partials]) box.replaceChildren();
    meta.replaceChildren(h("p", { class: "empty" }, "What only the widget gets appears here when the tool has run."));
  };
  clear();
  return {
    element: h("div", { class: "stack" }, input, partials, meta),
    clear,
    /** @param {any} given */
    input: (given) => input.replaceChildren(jsonBlock("Tool input", given ?? {})),
    /** @param {any} given */
    partial(given) {
      pieces.push(given ?? {});
      const list = () => pieces.map((piece, index) => h("div", { class: "piece" }, h("span", { class: "meta" }, `${index + 1}`), jsonView(piece, 2)));
      const fold = lazyEntry([h("span", {}, `Partial input, ${pieces.length} ${pieces.length === 1 ? "piece" : "pieces"}`)], list, "pieces");
      partials.replaceChildren(fold);
    },
    /** @param {any} result */
    meta(result) {
      meta.replaceChildren(jsonBlock("_meta", result._meta ?? {}), h("p", { class: "note" }, "The widget also gets all that the model sees."));
    },
  };
}

/** Each tool call by the widget. */
function createCallsPanel() {
  const entries = createEntries({
    name: "calls",
    label: "calls",
    empty: "No tool call by the widget. A widget paints from the result it was opened with.",
    kinds: [["ok", "Answered"], ["error", "Errors"]],
  });
  return {
    element: entries.element,
    clear: entries.clear,
    /** @param {Call} call */
    call(call) {
      const size = formatBytes(jsonBytes(call.result));
      const isBad = call.error !== undefined || Boolean(call.result?.isError);
      const summary = [h("code", {}, call.name), isBad && h("span", { class: "chip bad" }, "error"), h("span", { class: "meta" }, `${formatMs(call.ms)} · ${size}`)];
      const answer = () => (call.error === undefined ? jsonBlock("result", call.result) : h("p", { class: "text bad" }, call.error));
      const element = lazyEntry(summary, () => [jsonBlock("arguments", call.arguments ?? {}), answer()]);
      entries.add({ kind: isBad ? "error" : "ok", text: () => JSON.stringify(call), copy: () => call, element }, isBad);
    },
  };
}

/**
 * The content blocks of a result; a text as text, an image as an image, anything else as JSON.
 * @param {any} result
 * @returns {HTMLElement}
 */
function textBlock(result) {
  const blocks = /** @type {any[]} */ (result.content ?? []);
  const text = blocks.map((block) => block.text ?? "").join("\n");
  return h(
    "section",
    { class: "text-block" },
    h("header", {}, h("h2", {}, "content"), result.isError && h("span", { class: "chip bad" }, "isError"), h("span", { class: "meta" }, `${text.length.toLocaleString("en")} characters · ${formatTokens(text)}`)),
    blocks.length === 0 && h("p", { class: "note" }, "The tool gave no content, so a host without widgets shows nothing."),
    blocks.map(contentBlock),
  );
}

/**
 * @param {any} block
 * @returns {HTMLElement}
 */
export function contentBlock(block) {
  if (block.type === "text") return h("p", { class: "text", dir: "auto" }, block.text);
  if (block.type === "image") return h("img", { class: "content-image", alt: "Image in the result", src: `data:${block.mimeType};base64,${block.data}` });
  return jsonView(block);
}
