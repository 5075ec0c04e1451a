// @ts-check
/** What a schema demands of a value, as a sentence before it is broken (`hint`) and after (`problem`). */

/** @typedef {import("./schema.js").Field} Field */

/**
 * The limits of a value, in words; empty if there are none.
 * @param {Field} field
 * @returns {string}
 */
export function hint(field) {
  const { schema, count } = field;
  const parts = [
    field.kind === "lines" && `one ${field.types[0] === "string" ? "value" : field.types[0]} per line`,
    range(schema),
    schema.multipleOf && schema.multipleOf !== 1 && `a multiple of ${schema.multipleOf}`,
    field.kind === "text" && schema.format !== "date" && length(schema.minLength, schema.maxLength),
    schema.pattern && `pattern ${schema.pattern}`,
    count[0] > 0 && `at least ${count[0]} ${count[0] === 1 ? "item" : "items"}`,
    Number.isFinite(count[1]) && `at most ${count[1]} ${count[1] === 1 ? "item" : "items"}`,
    field.kind === "json" && "JSON",
    field.nullable && field.required && "may be empty",
  ];
  return parts.filter(Boolean).join(" · ");
}

/**
 * What is wrong with a value; empty if nothing is.
 * @param {any} value Of a scalar type.
 * @param {any} schema
 * @returns {string}
 */
export function problem(value, schema) {
  if (typeof value === "number") {
    if (schema.type === "integer" && !Number.isInteger(value)) return "This must be a whole number.";
    if (value < schema.minimum) return `This must be ${schema.minimum} or more.`;
    if (value > schema.maximum) return `This must be ${schema.maximum} or less.`;
    if (value <= schema.exclusiveMinimum) return `This must be more than ${schema.exclusiveMinimum}.`;
    if (value >= schema.exclusiveMaximum) return `This must be less than ${schema.exclusiveMaximum}.`;
  }
  if (typeof value === "string") {
    const characters = [...value].length;
    if (characters < schema.minLength) return `This must have ${schema.minLength} characters or more; it has ${characters}.`;
    if (characters > schema.maxLength) return `This must have ${schema.maxLength} characters or fewer; it has ${characters}.`;
    if (schema.pattern && !matches(value, schema.pattern)) return `This must match the pattern ${schema.pattern}.`;
  }
  return "";
}

/**
 * A text as the scalar that it stands for.
 * @param {string} text
 * @param {string[]} types
 * @returns {string | number | boolean | undefined} undefined if it stands for none of the types.
 */
export function parseScalar(text, types) {
  const trimmed = text.trim();
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed);
  if (isNumber && (types.includes("number") || types.includes("integer"))) return Number(trimmed);
  if (types.includes("boolean") && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === "true";
  return types.includes("string") ? text : undefined;
}

/**
 * @param {any} schema
 * @returns {string}
 */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  const low = minimum !== undefined ? `${minimum} or more` : exclusiveMinimum !== undefined ? `more than ${exclusiveMinimum}` : "";
  const high = maximum !== undefined ? `${maximum} or less` : exclusiveMaximum !== undefined ? `less than ${exclusiveMaximum}` : "";
  return [low, high].filter(Boolean).join(", ");
}

/**
 * @param {number | undefined} fewest
 * @param {number | undefined} most
 */
function length(fewest, most) {
  if (fewest !== undefined && fewest === most) return `${most} characters`;
  const limits = [fewest && `at least ${fewest}`, most && `at most ${most}`].filter(Boolean).join(", ");
  return limits && `${limits} characters`;
}

/**
 * Whether a value fits a pattern; one that JavaScript cannot read is left to the server.
 * @param {string} value
 * @param {string} pattern
 */
function matches(value, pattern) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}
