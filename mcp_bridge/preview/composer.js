// @ts-check
/** Where the next turn of a conversation is written: as the user, as the model, or as a tool call of the model. */

import { h } from "./dom.js";
import { createForm } from "./form.js";
import { isForWidgets } from "./tools.js";

/** @typedef {"say" | "answer" | "call"} Mode */

const MODES = /** @type {[Mode, string][]} */ ([["say", "User says"], ["call", "Model calls"], ["answer", "Model answers"]]);
const PLACEHOLDERS = /** @type {Record<string, string>} */ ({ say: "What the user asks", answer: "What the model says of it" });

/**
 * @param {object} options
 * @param {() => any[]} options.tools
 * @param {(text: string) => void} options.onSay
 * @param {(text: string) => void} options.onAnswer
 * @param {(tool: any, input: Record<string, any>) => void} options.onCall
 * @returns {{element: HTMLElement, next: (mode: Mode) => void}} `next` proposes who is to speak.
 */
export function createComposer({ tools, onSay, onAnswer, onCall }) {
  /** @type {Mode} */
  let mode = "say";
  /** What was entered for each tool. @type {Map<string, Record<string, any>>} */
  const entered = new Map();
  const radios = MODES.map(([value, label]) => {
    const input = /** @type {HTMLInputElement} */ (h("input", { type: "radio", name: "composer-mode", value }));
    input.addEventListener("change", () => show(value));
    return { value, input, element: h("label", {}, input, h("span", {}, label)) };
  });
  const text = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 2 }));
  const send = h("button", { type: "submit", class: "primary" }, "Send");
  const words = h("form", { class: "composer-words" }, text, send);
  const choice = /** @type {HTMLSelectElement} */ (h("select", { id: "composer-tool" }));
  const form = h("div", {});
  const call = h("div", { class: "composer-call", hidden: true }, h("div", { class: "field" }, h("label", { for: "composer-tool" }, "Tool"), choice), form);

  words.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (!said) return text.focus();
    text.value = "";
    (mode === "say" ? onSay : onAnswer)(said);
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (words).requestSubmit();
  });
  choice.addEventListener("change", fill);

  /** @param {Mode} next */
  function show(next) {
    mode = next;
    for (const { value, input } of radios) input.checked = value === next;
    words.hidden = next === "call";
    call.hidden = next !== "call";
    text.placeholder = PLACEHOLDERS[next] ?? "";
    text.setAttribute("aria-label", PLACEHOLDERS[next] ?? "");
    if (next === "call") list();
  }

  /** The tools may be others after a reload of the server. */
  function list() {
    const offered = tools().filter((tool) => !isForWidgets(tool));
    const before = choice.value;
    choice.replaceChildren(...offered.map((tool) => h("option", { value: tool.name }, tool.title ?? tool.name)));
    if (offered.some((tool) => tool.name === before)) choice.value = before;
    fill();
  }

  function fill() {
    const tool = tools().find((each) => each.name === choice.value);
    form.replaceChildren();
    if (!tool) return;
    const made = createForm({
      schema: tool.inputSchema,
      values: entered.get(tool.name) ?? null,
      label: `Arguments of ${tool.name}`,
      action: "Call",
      onChange: (given) => entered.set(tool.name, given),
      onRun: (given) => onCall(tool, given),
      onStop: () => undefined,
    });
    form.append(made.element);
  }

  show("say");
  return {
    element: h("section", { class: "talk-composer", "aria-label": "Next turn" }, h("fieldset", { class: "segments", "aria-label": "Who speaks next" }, radios.map(({ element }) => element)), words, call),
    next(proposed) {
      // Whoever is typing, or calls tools, goes on with it.
      if (mode !== "call" && text.value.trim() === "") show(proposed);
    },
  };
}
