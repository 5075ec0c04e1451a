// @ts-check
/** One field of a schema as labelled controls. An empty control means "leave the argument out". */

import { h } from "./dom.js";
import { hint } from "./rules.js";
import { parse, print, Refusal } from "./values.js";

/** @typedef {import("./schema.js").Field} Field */
/**
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {() => any} read The value; undefined to leave it out. Throws `Refusal` when there is none.
 * @property {(value: any) => void} write
 * @property {(refusal: Refusal | null) => void} mark Show or clear what is wrong.
 */

let lastId = 0;
const INPUT_TYPES = /** @type {Record<string, string>} */ ({
  date: "date", "date-time": "datetime-local", time: "time", email: "email", uri: "url", password: "password",
});

/**
 * The controls of a field.
 * @param {Field} field
 * @returns {Control}
 */
export function control(field) {
  if (field.kind === "object") return group(field);
  if (field.kind === "choices") return checkboxes(field);
  if (field.kind === "boolean" && !field.nullable) return checkbox(field);
  return single(field);
}

/**
 * The values of several controls as an object.
 * @param {[string, Control][]} controls
 * @param {boolean} strict Whether a wrong value throws; otherwise it is left out.
 */
export function readAll(controls, strict) {
  /** @type {Record<string, any>} */
  const values = {};
  /** @type {Refusal | null} */
  let first = null;
  for (const [key, each] of controls) {
    try {
      const value = each.read();
      if (value !== undefined) values[key] = value;
      if (strict) each.mark(null);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (strict) each.mark(error);
      first ??= error;
    }
  }
  if (strict && first) throw first;
  return values;
}

/**
 * One input, select or textarea under one label.
 * @param {Field} field
 * @returns {Control}
 */
function single(field) {
  const id = `field-${++lastId}`;
  const input = /** @type {HTMLInputElement} */ (entry(field, id));
  const shell = framed(field, id, input);
  return {
    ...shell,
    read() {
      const text = input.value;
      if (text !== "" && !(field.kind === "lines" && text.trim() === "")) return parse(field, text, input);
      if (input.validity.badInput) throw new Refusal("This cannot be read as a value.", input);
      if (field.nullable) return field.required || (field.initial ?? null) !== null ? null : undefined;
      if (field.required && field.kind === "lines" && field.count[0] === 0) return [];
      if (field.required) throw new Refusal("This is required.", input);
      return undefined;
    },
    write(value) {
      input.value = value === undefined || value === null ? "" : print(field, value);
    },
  };
}

/**
 * The bare form element of a field.
 * @param {Field} field
 * @param {string} id
 */
function entry(field, id) {
  const { schema } = field;
  const common = { id, name: field.key, required: field.required && !field.nullable, "aria-describedby": `${id}-help ${id}-error` };
  if (field.kind === "choice" || field.kind === "boolean") {
    const yesNo = [["true", "Yes"], ["false", "No"]];
    const options = field.kind === "boolean" ? yesNo : field.options.map((option, index) => [String(index), option.label]);
    const canBeEmpty = !field.required || field.nullable || options.length > 1;
    return h("select", common, canBeEmpty && h("option", { value: "" }, "–"), options.map(([value, label]) => h("option", { value }, label)));
  }
  if (field.kind === "number") {
    const step = schema.multipleOf ?? (schema.type === "integer" ? 1 : "any");
    return h("input", { ...common, type: "number", inputmode: schema.type === "integer" ? "numeric" : "decimal", step, min: schema.minimum, max: schema.maximum });
  }
  const isLong = field.kind !== "text" || schema.maxLength > 200 || schema.format === "textarea";
  if (isLong) return h("textarea", { ...common, rows: 2, spellcheck: "false", class: field.kind === "json" ? "code" : "" });
  const example = Array.isArray(schema.examples) ? String(schema.examples[0]) : undefined;
  return h("input", { ...common, type: INPUT_TYPES[schema.format] ?? "text", placeholder: example, autocomplete: "off", spellcheck: "false" });
}

/**
 * @param {Field} field
 * @returns {Control}
 */
function checkbox(field) {
  const id = `field-${++lastId}`;
  const input = /** @type {HTMLInputElement} */ (h("input", { id, name: field.key, type: "checkbox", "aria-describedby": `${id}-help ${id}-error` }));
  return {
    ...framed(field, id, input, true),
    read: () => (input.checked || field.required || field.initial === true ? input.checked : undefined),
    write: (value) => (input.checked = value === true),
  };
}

/**
 * A list whose items are a few known values.
 * @param {Field} field
 * @returns {Control}
 */
function checkboxes(field) {
  const id = `field-${++lastId}`;
  const boxes = field.options.map((option) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "aria-label": option.label })));
  const shell = framed(field, id, null);
  shell.element.append(h("div", { class: "choices" }, field.options.map((option, index) => h("label", { class: "check" }, boxes[index], option.label))));
  return {
    ...shell,
    read() {
      const chosen = field.options.filter((_option, index) => boxes[index].checked).map((option) => option.value);
      if (chosen.length === 0 && !field.required) return undefined;
      if (chosen.length < field.count[0]) throw new Refusal(`Choose ${field.count[0]} or more.`, boxes[0]);
      if (chosen.length > field.count[1]) throw new Refusal(`Choose ${field.count[1]} or fewer.`, boxes[0]);
      return chosen;
    },
    write: (value) => boxes.forEach((box, index) => (box.checked = Array.isArray(value) && value.includes(field.options[index].value))),
  };
}

/**
 * An object with known properties.
 * @param {Field} field
 * @returns {Control}
 */
function group(field) {
  const controls = field.fields.map((inner) => /** @type {[string, Control]} */ ([inner.key, control(inner)]));
  field.fields.forEach((inner, index) => controls[index][1].write(inner.initial));
  const shell = framed(field, `field-${++lastId}`, null);
  shell.element.append(h("div", { class: "fields" }, controls.map(([, each]) => each.element)));
  const isEmpty = () => Object.keys(readAll(controls, false)).length === 0;
  return {
    element: shell.element,
    mark: (refusal) => (refusal === null || controls.length === 0 ? shell.mark(refusal) : undefined),
    read() {
      if (!field.required && isEmpty()) return field.nullable && (field.initial ?? null) !== null ? null : undefined;
      return readAll(controls, true);
    },
    write: (value) => {
      if (value === undefined || value === null) return;
      controls.forEach(([key, each]) => each.write(value[key]));
    },
  };
}

/**
 * Label, help and error around a control.
 * @param {Field} field
 * @param {string} id
 * @param {HTMLElement | null} input null for a group of controls.
 * @param {boolean} [inline] Whether the control stands before its label.
 * @returns {{element: HTMLElement, mark: (refusal: Refusal | null) => void}}
 */
function framed(field, id, input, inline = false) {
  const star = field.required && !field.nullable && field.kind !== "boolean" ? h("span", { class: "star", "aria-hidden": "true" }, "*") : null;
  const label = input ? h("label", { for: id }, field.label, star) : h("legend", {}, field.label, star);
  const error = h("p", { id: `${id}-error`, class: "field-error" });
  const limits = hint(field);
  const help = h("p", { id: `${id}-help`, class: "help" }, field.description, limits && h("span", { class: "limits" }, limits));
  const isWide = field.kind === "json" || field.kind === "object" || input?.tagName === "TEXTAREA";
  const parts = inline ? [h("div", { class: "check" }, input, label)] : [label, input];
  return {
    element: h(input ? "div" : "fieldset", { class: `field ${isWide ? "wide" : ""}` }, ...parts, help.textContent ? help : null, error),
    mark(refusal) {
      error.textContent = refusal?.message ?? "";
      input?.setAttribute("aria-invalid", String(refusal !== null));
    },
  };
}
