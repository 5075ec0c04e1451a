// @ts-check
/** The panel "State": what the host keeps for the widget, and what the model is told of it, each with its size. */

import { h } from "./dom.js";
import { jsonBlock } from "./json.js";
import { STATE_TOKENS, estimateTokens, formatTokens } from "./tokens.js";

/**
 * The panel's content.
 * @returns {{element: HTMLElement, clear: () => void, widgetState: (state: any) => void, modelContext: (context: any) => void}}
 */
export function createStatePanel() {
  const state = h("section", { class: "stack", "aria-label": "Widget state" });
  const context = h("section", { class: "stack", "aria-label": "Model context" });

  /** @param {any} given */
  function widgetState(given) {
    state.replaceChildren(h("h2", {}, "Widget state"));
    if (given === null || given === undefined) {
      state.append(h("p", { class: "empty" }, "The widget has set no widgetState. Hosts without window.openai keep none; there the widget keeps its session where the browser lets it."));
      return;
    }
    const { seen, hidden } = split(given);
    state.append(
      budget(seen),
      part("modelContent", "The model reads this part.", seen, true),
      part("privateContent", "The host keeps this part, and no model sees it.", hidden, false),
    );
    if (Array.isArray(given.imageIds) && given.imageIds.length > 0) state.append(jsonBlock("imageIds", given.imageIds));
  }

  /** @param {any} given */
  function modelContext(given) {
    context.replaceChildren(h("h2", {}, "Model context"));
    if (!given) context.append(h("p", { class: "empty" }, "The widget has told the model nothing (ui/update-model-context)."));
    else context.append(part("Context", "Goes to the model with the person’s next message.", given, true));
  }

  const clear = () => {
    widgetState(null);
    modelContext(null);
  };
  clear();
  return { element: h("div", { class: "stack" }, context, state), clear, widgetState, modelContext };
}

/**
 * The part of a widget state that the model reads, and the rest; a state of any other shape is all read.
 * @param {any} state
 */
export function split(state) {
  const isStructured = typeof state === "object" && state !== null && ["modelContent", "privateContent"].some((key) => key in state);
  return isStructured ? { seen: state.modelContent ?? undefined, hidden: state.privateContent ?? undefined } : { seen: state, hidden: undefined };
}

/**
 * @param {string} title
 * @param {string} note
 * @param {any} value
 * @param {boolean} isRead Whether a model reads it, so that tokens count.
 */
function part(title, note, value, isRead) {
  if (value === undefined) return h("p", { class: "note" }, h("code", {}, title), " is empty.");
  return h("div", { class: "state-part" }, h("p", { class: "note" }, note), jsonBlock(title, value, isRead ? `${formatTokens(value)} (estimate)` : "no tokens"));
}

/** @param {any} seen */
function budget(seen) {
  const tokens = estimateTokens(seen);
  const isOver = tokens > STATE_TOKENS;
  return h(
    "label",
    { class: `budget ${isOver ? "bad" : ""}` },
    h("span", {}, `${formatTokens(tokens)} of ChatGPT’s 4,000`),
    h("meter", { min: 0, max: STATE_TOKENS, high: STATE_TOKENS * 0.75, value: Math.min(tokens, STATE_TOKENS) }),
    isOver && h("span", { class: "bad" }, "More than ChatGPT asks for: put less into structured_content, or keep it private."),
  );
}
