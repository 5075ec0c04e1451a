// @ts-check
/** The text of a control as the value of its field, and back. */

import { parseScalar, problem } from "./rules.js";

/** @typedef {import("./schema.js").Field} Field */

/** What is wrong with a control, in one sentence, and where to put the focus. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {HTMLElement} focus
   */
  constructor(message, focus) {
    super(message);
    this.focus = focus;
  }
}

/**
 * The value that a text stands for.
 * @param {Field} field
 * @param {string} text Not empty.
 * @param {HTMLElement} input Gets the focus if the text is refused.
 * @returns {any} It throws `Refusal` if the text stands for no value of the field.
 */
export function parse(field, text, input) {
  return (PARSERS[field.kind] ?? scalar)(field, text, input);
}

/**
 * The text that stands for a value.
 * @param {Field} field
 * @param {any} value
 * @returns {string}
 */
export function print(field, value) {
  return PRINTERS[field.kind]?.(value, field) ?? String(value);
}

/**
 * @param {Field} field
 * @param {string} text
 * @param {HTMLElement} input
 */
function scalar(field, text, input) {
  const value = parseScalar(text, field.types);
  if (value === undefined) throw new Refusal(`This must be a ${field.types.join(" or ")}.`, input);
  const message = problem(value, field.schema);
  if (message) throw new Refusal(message, input);
  return value;
}

/** @type {Record<string, (field: Field, text: string, input: HTMLElement) => any>} */
const PARSERS = {
  lines(field, text, input) {
    const items = text.split("\n").filter((line) => line.trim() !== "").map((line) => scalar(field, line.trim(), input));
    if (items.length < field.count[0]) throw new Refusal(`This needs ${field.count[0]} or more lines.`, input);
    if (items.length > field.count[1]) throw new Refusal(`This can have ${field.count[1]} lines or fewer.`, input);
    return items;
  },
  choice: (field, text) => field.options[Number(text)]?.value,
  boolean: (_field, text) => text === "true",
  json(_field, text, input) {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Refusal(`This is not JSON: ${/** @type {Error} */ (error).message}.`, input);
    }
  },
};

/** @type {Record<string, (value: any, field: Field) => string>} */
const PRINTERS = {
  lines: (value) => (Array.isArray(value) ? value.join("\n") : String(value)),
  json: (value) => JSON.stringify(value, null, 2),
  choice(value, field) {
    const index = field.options.findIndex((option) => option.value === value);
    return index < 0 ? "" : String(index);
  },
};
