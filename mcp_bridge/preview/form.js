// @ts-check
/** The arguments of a tool: a form made from its schema, or the raw JSON, with one value behind both. */

import { h, icon } from "./dom.js";
import { control, readAll } from "./fields.js";
import { fieldsOf } from "./schema.js";
import { Refusal } from "./values.js";

let lastId = 0;

/**
 * @typedef {object} Form
 * @property {HTMLElement} element
 * @property {(values: Record<string, any>) => void} write Enter other values.
 * @property {() => Record<string, any>} read What is entered, as far as it can be read.
 * @property {(running: boolean) => void} setRunning
 */

/**
 * Build the form of a tool.
 * @param {object} options
 * @param {any} options.schema
 * @param {Record<string, any> | null} options.values What was entered before; null for the defaults.
 * @param {(values: Record<string, any>) => void} options.onChange
 * @param {(values: Record<string, any>) => void} options.onRun
 * @param {() => void} options.onStop
 * @param {string} [options.label] For screen readers.
 * @param {string} [options.action] What the button says.
 * @returns {Form}
 */
export function createForm({ schema, values, onChange, onRun, onStop, label = "Arguments", action = "Run" }) {
  const id = `raw-${++lastId}`;
  const fields = fieldsOf(schema);
  const controls = fields.map((field) => /** @type {[string, import("./fields.js").Control]} */ ([field.key, control(field)]));
  const raw = /** @type {HTMLTextAreaElement} */ (h("textarea", { id, class: "code", rows: 8, spellcheck: "false", "aria-describedby": `${id}-error` }));
  const rawError = h("p", { id: `${id}-error`, class: "field-error" });
  const rawBox = h("div", { class: "field wide", hidden: true }, h("label", { for: id }, "Arguments as JSON"), raw, rawError);
  const grid = h("div", { class: "fields" }, controls.map(([, each]) => each.element), fields.length === 0 && h("p", { class: "help" }, "This tool takes no arguments."));
  const run = /** @type {HTMLButtonElement} */ (h("button", { type: "submit", class: "primary" }, icon("play"), h("span", {}, action)));
  const json = h("button", { type: "button", class: "quiet", "aria-pressed": "false", onclick: () => toggle() }, icon("braces"), "JSON");
  const reset = h("button", { type: "button", class: "quiet", onclick: () => write(null) }, "Reset");
  let isRaw = false;
  let isRunning = false;

  const form = h("form", { class: "card form", novalidate: true, "aria-label": label }, grid, rawBox, h("div", { class: "actions" }, run, json, reset));
  form.addEventListener("input", () => onChange(isRaw ? lenientRaw() : readAll(controls, false)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isRunning) return onStop();
    attempt((given) => {
      onChange(given);
      onRun(given);
    });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (form).requestSubmit();
  });
  fill(values);

  /** @param {Record<string, any> | null} given */
  function fill(given) {
    fields.forEach((field, index) => controls[index][1].write(given ? given[field.key] : field.initial));
    for (const [, each] of controls) each.mark(null);
    raw.value = JSON.stringify(given ?? readAll(controls, false), null, 2);
    rawError.textContent = "";
    return readAll(controls, false);
  }

  /** @param {Record<string, any> | null} given */
  function write(given) {
    onChange(fill(given));
  }

  /** Change between form and JSON; a text that is no object stays where it is. */
  function toggle() {
    if (isRaw) {
      attempt((given) => {
        fill(given);
        show(false);
      });
    } else {
      raw.value = JSON.stringify(readAll(controls, false), null, 2);
      show(true);
      raw.focus();
    }
  }

  /** @param {boolean} next */
  function show(next) {
    isRaw = next;
    grid.hidden = next;
    rawBox.hidden = !next;
    json.setAttribute("aria-pressed", String(next));
  }

  /** @param {(values: Record<string, any>) => void} then Called only with values that can be sent. */
  function attempt(then) {
    let given;
    try {
      given = isRaw ? parseRaw() : readAll(controls, true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (isRaw) rawError.textContent = error.message;
      error.focus.focus();
      return;
    }
    rawError.textContent = "";
    then(given);
  }

  function parseRaw() {
    let given;
    try {
      given = JSON.parse(raw.value);
    } catch (error) {
      throw new Refusal(`This is not JSON: ${/** @type {Error} */ (error).message}.`, raw);
    }
    if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Refusal("The arguments must be a JSON object.", raw);
    return given;
  }

  function lenientRaw() {
    try {
      return parseRaw();
    } catch {
      return readAll(controls, false);
    }
  }

  return {
    element: form,
    write,
    read: () => (isRaw ? lenientRaw() : readAll(controls, false)),
    setRunning(running) {
      isRunning = running;
      run.classList.toggle("running", running);
      run.replaceChildren(icon(running ? "stop" : "play"), h("span", {}, running ? "Stop" : action));
    },
  };
}
