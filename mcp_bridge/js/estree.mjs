// @ts-check
/**
 * What a JS expression can be, read from its syntax tree (ESTree) without running it.
 *
 *     literals(`a ? "red" : "green"`)  is ["red", "green"]
 *     literals(`state.color`)          is null, because something else decides
 */

/** @typedef {{type: string, [key: string]: any}} Node */

/** @param {Node} node @returns {boolean} Whether it is a list or object, which is visited by itself. */
export function isObject(node) {
  return node.type === "ObjectExpression" || node.type === "ArrayExpression";
}

/** @param {Node} property @returns {string | null} Its key, or null when that is computed at run time. */
export function keyName(property) {
  if (property.key.type === "Identifier" && !property.computed) return property.key.name;
  return property.key.type === "Literal" ? String(property.key.value) : null;
}

/** @param {Node} node A call. @returns {string} The last name in what is called, as in `(0, a.name)()`. */
export function calleeName(node) {
  let callee = unwrap(node.callee);
  if (callee.type === "SequenceExpression") callee = callee.expressions.at(-1);
  if (callee.type === "MemberExpression") callee = callee.property;
  return callee.type === "Identifier" ? callee.name : "";
}

/** @param {Node} node @returns {string} The first name of `a.b.c`, "" if it has none. */
export function rootName(node) {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? rootName(node.object) : "";
}

/**
 * Every string that an expression can be, if they are all in the code.
 *
 * @param {Node | null} node An expression.
 * @returns {string[] | null} The strings, or null when something else decides.
 */
export function literals(node) {
  switch (node?.type) {
    case "Literal":
      return [String(node.value)];
    case "UnaryExpression":
      return [];
    case "BinaryExpression":
      return node.operator === "+" ? joined(node) : [];
    case "TemplateLiteral":
      return node.expressions.length === 0 ? [node.quasis[0].value.cooked] : null;
    case "ParenthesizedExpression":
      return literals(node.expression);
    case "ConditionalExpression":
      return both(literals(node.consequent), literals(node.alternate));
    case "LogicalExpression":
      return both(literals(node.left), literals(node.right));
    case "Identifier":
      return node.name === "undefined" ? [] : null;
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return [];
    case "CallExpression": // rx.match compiles to (() => { switch ... return ... })()
      return node.arguments.length === 0 && /Function/.test(unwrap(node.callee).type) ? returned(unwrap(node.callee).body) : null;
    default:
      return null;
  }
}

/** @param {Node} node @returns {Node} It without parentheses. */
function unwrap(node) {
  return node.type === "ParenthesizedExpression" ? unwrap(node.expression) : node;
}

/** @param {string[] | null} left @param {string[] | null} right @returns {string[] | null} All of them. */
function both(left, right) {
  return left && right ? [...left, ...right] : null;
}

/**
 * A sum that ends with a unit is a length, whatever comes before: no colour, no name.
 *
 * @param {Node} node `a + b`.
 * @returns {string[] | null} As `literals` does.
 */
function joined(node) {
  const end = literals(node.right);
  if (end?.every((text) => /^(%|px|r?em|ch|vh|vw|fr|deg|m?s)$/.test(text))) return [];
  return null;
}

/** @param {Node} body The body of a function. @returns {string[] | null} What it can return. */
function returned(body) {
  if (body.type !== "BlockStatement") return literals(body);
  /** @type {string[] | null} */
  let found = [];
  const walk = (/** @type {any} */ node) => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node?.type === "ReturnStatement") found = both(found, literals(node.argument));
    else if (node && typeof node.type === "string" && !/Function/.test(node.type)) Object.values(node).forEach(walk);
  };
  walk(body);
  return found;
}

/** @param {Node} node An expression. @returns {boolean} Whether it is text or a number, never an object. */
export function isText(node) {
  if (node.type === "ParenthesizedExpression") return isText(node.expression);
  if (node.type === "ConditionalExpression") return isText(node.consequent) && isText(node.alternate);
  return ["TemplateLiteral", "BinaryExpression", "UnaryExpression", "Literal"].includes(node.type);
}

/**
 * @param {any} tree A module.
 * @returns {{strings: string[], open: string[]}} Every string literal and every fixed part of a template; of these,
 *   those to whose end something is joined.
 */
export function strings(tree) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @type {Set<string>} */
  const open = new Set();
  const stack = [tree];
  while (stack.length > 0) {
    const node = stack.pop();
    if (Array.isArray(node)) stack.push(...node);
    else if (node && typeof node === "object") {
      if (node.type === "Literal" && typeof node.value === "string") found.add(node.value);
      else if (node.type === "TemplateElement") {
        found.add(node.value.cooked ?? node.value.raw);
        if (!node.tail) open.add(node.value.cooked ?? node.value.raw);
      } else stack.push(...Object.values(node));
      const end = openEnd(node);
      if (end !== null) open.add(end);
    }
  }
  return { strings: [...found], open: [...open] };
}

/** @param {Node} node @returns {string | null} The text that `a + b` or `a.concat(b)` goes on from, if it is known. */
function openEnd(node) {
  let left = null;
  if (node.type === "BinaryExpression" && node.operator === "+") left = unwrap(node.left);
  else if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && calleeName(node) === "concat") {
    left = unwrap(node.callee.object);
  }
  if (left?.type === "BinaryExpression") left = unwrap(left.right);
  if (left?.type === "TemplateLiteral") return left.quasis.at(-1).value.cooked;
  return left?.type === "Literal" && typeof left.value === "string" ? left.value : null;
}
