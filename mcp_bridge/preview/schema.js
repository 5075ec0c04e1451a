// @ts-check
/** JSON Schema, reduced to what a form can show. What has no field of its own is edited as JSON. */

/**
 * @typedef {"text" | "number" | "boolean" | "choice" | "lines" | "choices" | "object" | "json"} Kind
 * @typedef {{value: any, label: string}} Option
 * @typedef {object} Field
 * @property {string} key
 * @property {string} label
 * @property {string} description
 * @property {Kind} kind
 * @property {boolean} required
 * @property {boolean} nullable
 * @property {any} initial The default, or undefined.
 * @property {any} schema The resolved schema: of the items, for the kinds `lines` and `choices`.
 * @property {string[]} types The scalar types that a text may stand for.
 * @property {Option[]} options
 * @property {Field[]} fields
 * @property {[number, number]} count The fewest and the most items of a list.
 */

const SCALARS = ["string", "number", "integer", "boolean"];
const MAX_DEPTH = 4;

/**
 * The fields of a tool's input schema.
 * @param {any} schema
 * @returns {Field[]}
 */
export function fieldsOf(schema) {
  return properties(resolve(schema ?? {}, schema ?? {}).schema, schema ?? {}, 0);
}

/**
 * @param {any} schema
 * @param {any} root
 * @param {number} depth
 * @returns {Field[]}
 */
function properties(schema, root, depth) {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([key, node]) => field(key, node, required.has(key), root, depth));
}

/**
 * @param {string} key
 * @param {any} node
 * @param {boolean} required
 * @param {any} root
 * @param {number} depth
 * @returns {Field}
 */
function field(key, node, required, root, depth) {
  const { schema, nullable } = resolve(node, root);
  const items = schema.type === "array" ? resolve(schema.items ?? {}, root).schema : {};
  /** @type {Field} */
  const base = {
    key,
    label: node?.title ?? humanize(key),
    description: schema.description ?? "",
    kind: "json",
    required,
    nullable,
    initial: schema.default,
    schema,
    types: [],
    options: optionsOf(schema) ?? [],
    fields: [],
    count: [schema.minItems ?? 0, schema.maxItems ?? Infinity],
  };
  if (base.options.length > 0) return { ...base, kind: "choice" };
  if (schema.type === "boolean") return { ...base, kind: "boolean" };
  if (schema.type === "number" || schema.type === "integer") return { ...base, kind: "number", types: [schema.type] };
  if (schema.type === "string") return { ...base, kind: "text", types: ["string"] };
  const types = scalarUnion(schema);
  if (types) return { ...base, kind: "text", types };
  const options = optionsOf(items);
  if (options) return { ...base, kind: "choices", options };
  if (SCALARS.includes(items.type)) return { ...base, kind: "lines", schema: items, types: [items.type] };
  if (schema.properties && depth < MAX_DEPTH) {
    return { ...base, kind: "object", fields: properties(schema, root, depth + 1) };
  }
  return base;
}

/**
 * A schema without `$ref`, `allOf` and the null alternative.
 * @param {any} node
 * @param {any} root
 * @param {number} [hops]
 * @returns {{schema: any, nullable: boolean}}
 */
function resolve(node, root, hops = 0) {
  if (typeof node !== "object" || node === null || hops > 20) return { schema: {}, nullable: false };
  if (typeof node.$ref === "string") {
    const { $ref, ...rest } = node;
    const target = resolve(pointed($ref, root), root, hops + 1);
    return { schema: { ...target.schema, ...rest }, nullable: target.nullable };
  }
  if (Array.isArray(node.allOf)) {
    const { allOf, ...rest } = node;
    const parts = allOf.map((/** @type {any} */ part) => resolve(part, root, hops + 1).schema);
    const merged = Object.assign({}, ...parts, rest);
    const own = { properties: Object.assign({}, ...[...parts, rest].map((part) => part.properties ?? {})) };
    const required = [...parts, rest].flatMap((part) => part.required ?? []);
    return { schema: { ...merged, ...(Object.keys(own.properties).length > 0 ? own : {}), required }, nullable: false };
  }
  if (Array.isArray(node.type)) {
    const types = node.type.filter((/** @type {string} */ type) => type !== "null");
    const type = types.length === 1 ? { type: types[0] } : { type: undefined, anyOf: types.map((/** @type {string} */ name) => ({ type: name })) };
    return { schema: { ...node, ...type }, nullable: types.length < node.type.length };
  }
  const key = Array.isArray(node.anyOf) ? "anyOf" : "oneOf";
  if (Array.isArray(node[key])) {
    const parts = node[key].map((/** @type {any} */ part) => resolve(part, root, hops + 1));
    const kept = parts.filter((/** @type {{schema: any}} */ part) => part.schema.type !== "null").map((/** @type {{schema: any}} */ part) => part.schema);
    const nullable = kept.length < parts.length || parts.some((/** @type {{nullable: boolean}} */ part) => part.nullable);
    const { [key]: _alternatives, ...rest } = node;
    return { schema: kept.length === 1 ? { ...kept[0], ...rest } : { ...rest, anyOf: kept }, nullable };
  }
  return { schema: node, nullable: false };
}

/**
 * The value at a local JSON pointer such as `#/$defs/City`.
 * @param {string} ref
 * @param {any} root
 */
function pointed(ref, root) {
  const steps = ref.replace(/^#\/?/, "").split("/").filter(Boolean);
  return steps.reduce((value, step) => value?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], root);
}

/**
 * The values of an enum, of constants, or of a union of both; otherwise null.
 * @param {any} schema
 * @returns {Option[] | null}
 */
function optionsOf(schema) {
  if (Array.isArray(schema.enum)) {
    return schema.enum.filter((/** @type {any} */ value) => value !== null).map((/** @type {any} */ value) => ({ value, label: String(value) }));
  }
  if ("const" in schema) return [{ value: schema.const, label: schema.title ?? String(schema.const) }];
  if (!Array.isArray(schema.anyOf) || schema.anyOf.length === 0) return null;
  const parts = schema.anyOf.map(optionsOf);
  return parts.every(Boolean) ? parts.flat() : null;
}

/**
 * The types of a union of scalars, such as a decimal that may be a number or a text.
 * @param {any} schema
 * @returns {string[] | null}
 */
function scalarUnion(schema) {
  const types = (schema.anyOf ?? []).map((/** @type {any} */ part) => part.type);
  return types.length > 0 && types.every((/** @type {string} */ type) => SCALARS.includes(type)) ? types : null;
}

/**
 * "passenger_count" as "Passenger count".
 * @param {string} key
 */
function humanize(key) {
  const words = key.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
