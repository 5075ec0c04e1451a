// @ts-check
/**
 * A host's Content-Security-Policy refuses `eval`, so the scripts that Reflex would evaluate are compiled here.
 *
 * `on_click=rx.call_script("document.title = 'A'")` is compiled by Reflex to an event with the text in it; a literal
 * text becomes a function. What cannot become one leaves a mark in the bundle, by which the export refuses the widget
 * (mcp_bridge/refusals.py): a mark that is not in the bundle belongs to another widget.
 */

/** @typedef {import("vite").Plugin} Plugin */
/** @typedef {{ start: number, end: number, code: string }} Edit */

const MARK = "mcp-bridge-refused:";

/** What is evaluated or downloaded by `utils/state.js` goes to the bridge instead. Checked on Reflex 0.10.1. */
const TO_BRIDGE = [
  ['if (event.name == "_download") {', "if (false) {"],
  ['if (event.name == "_call_script" || event.name == "_call_function") {', "if (false) {"],
  ["await eval(`import(dataUri)`)", `(() => { throw new Error("${MARK}component:"); })()`],
];

/** What a trigger of `rx.set_clipboard` and of `rx.window_alert` calls. Checked on Reflex 0.10.1. */
const CALLS = /** @type {const} */ ([
  ['navigator?.["clipboard"]?.["writeText"]', "__copyText"],
  ['window?.["alert"]', "__say"],
]);

/** Where a page finds a file that the app's server keeps. Checked on Reflex 0.10.1. */
const UPLOADED = "getBackendURL(env.UPLOAD)";

const NAMES = [
  'import { refs as __refs } from "$/utils/state";',
  'import { eventLoop as __eventLoop } from "$/utils/context-registry";',
].join("");

const BIND = `
import { bindRuntime as __bindRuntime } from "$/mcp_bridge/js/actions.js";
__bindRuntime({ refs, addEvents: (events) => eventLoop.addEvents(events) });
`;

/** Packages that cannot do in a widget what they are for. */
const PACKAGES = /** @type {const} */ ([
  ["plotly", /\/node_modules\/(react-)?plotly\.js[^/]*\//],
]);

/** Folders of `.web` whose modules Reflex did not compile from components. */
const OTHERS = ["node_modules", "mcp_bridge/js"];

/**
 * @param {string} web The `.web` folder.
 * @returns {Plugin} A plugin that leaves no script to evaluate.
 */
export function scripts(web) {
  return {
    name: "mcp-bridge-scripts",
    transform(code, id) {
      if (id === `${web}/utils/state.js`) return { code: bindState(code), map: null };
      const isReflex = id.startsWith(`${web}/`) && !OTHERS.some((part) => id.startsWith(`${web}/${part}/`));
      if (!isReflex) return null;
      const hasScripts = /"_call_(script|function)"/.test(code);
      const compiled = hasScripts ? compileScripts(code, (text, options) => this.parse(text, options)) : code;
      const changed = replaceCalls(compiled).replaceAll(UPLOADED, `(${refusal("uploaded:", "")})()`);
      return changed === code ? null : { code: changed, map: null };
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const [kind, folder] of PACKAGES) {
          const isUsed = Object.keys(chunk.modules).some((id) => folder.test(id));
          if (isUsed) chunk.code += `\n// ${JSON.stringify(`${MARK}${kind}:`)}\n`;
        }
      }
    },
  };
}

/**
 * @param {string} code A module that Reflex wrote.
 * @returns {string} The same with what a sandboxed frame forbids done by the bridge.
 */
export function replaceCalls(code) {
  const changed = CALLS.reduce((text, [call, own]) => text.replaceAll(call, own), code);
  if (changed === code) return code;
  return `import { copyText as __copyText, say as __say } from "$/mcp_bridge/js/socket.js";${changed}`;
}

/** @param {string} code `utils/state.js`. @returns {string} The same without `eval`. */
function bindState(code) {
  const moved = TO_BRIDGE.reduce((text, [old, now]) => text.replace(old, now), code);
  // What is left is never reached, but a direct `eval` would keep every name of the bundle in it: 4 to 8 KB (gzip).
  return moved.replace(/(?<![\w.$])eval(\?\.)?\((?=event\.)/g, "String(") + BIND;
}

/**
 * @param {string} code A module that Reflex wrote.
 * @param {(code: string, options?: object) => any} parse
 * @returns {string} The same with its literal scripts as functions.
 */
export function compileScripts(code, parse) {
  /** @type {Edit[]} */
  const edits = [];
  visit(parse(code, { lang: "jsx" }), (node) => {
    if (node.type !== "CallExpression" || node.callee.name !== "ReflexEvent") return;
    const [name, payload] = node.arguments;
    if (!payload || !["_call_script", "_call_function"].includes(name?.value)) return;
    const properties = bare(payload).properties ?? [];
    const value = (/** @type {string} */ key) =>
      properties.find((/** @type {any} */ each) => (each.key?.name ?? each.key?.value) === key)?.value;
    const script = value(name.value === "_call_script" ? "javascript_code" : "function");
    const callback = value("callback");
    if (name.value === "_call_function" && bare(callback)?.value == null) return;
    const run = name.value === "_call_script" ? scriptFunction(bare(script), parse) : code.slice(script.start, script.end);
    const then = callbackFunction(bare(callback), parse);
    edits.push({ start: name.start, end: name.end, code: '"_call_function"' });
    edits.push({ start: payload.start, end: payload.end, code: `({ "function": ${run}, "callback": ${then} })` });
  });
  if (!edits.length) return code;
  return NAMES + apply(code, edits);
}

/**
 * @param {any} node The script, as Reflex wrote it.
 * @param {(code: string, options?: object) => any} parse
 * @returns {string} A function that gives what `eval` would have given.
 */
function scriptFunction(node, parse) {
  const text = literal(node);
  if (text === undefined) return refusal("script:", "");
  const scope = (/** @type {string} */ body) => `((refs) => ${body})(__refs)`;
  try {
    parse(`(\n${text}\n)`);
    return scope(`() => (\n${text}\n)`);
  } catch {
    // Not one expression.
  }
  try {
    const last = parse(text).body.at(-1);
    const at = last?.type === "ExpressionStatement" ? last.start : text.length;
    const value = apply(text, [{ start: at, end: at, code: at < text.length ? "return " : "" }]);
    return scope(`() => {\n${value}\n}`);
  } catch {
    return refusal("syntax:", text);
  }
}

/**
 * @param {any} node The callback, as text, or null.
 * @param {(code: string, options?: object) => any} parse
 * @returns {string} It as a function.
 */
function callbackFunction(node, parse) {
  if (!node || node.value === null) return "null";
  const text = literal(node);
  if (text === undefined) return refusal("callback:", "");
  try {
    parse(`(${text})`);
  } catch {
    return refusal("callback:", text);
  }
  return `((addEvents) => (${text}))((...args) => __eventLoop.addEvents(...args))`;
}

/** @param {string} kind @param {string} text @returns {string} A function that is a mark. */
function refusal(kind, text) {
  return `() => { throw new Error(${JSON.stringify(MARK + kind + encodeURIComponent(text.slice(0, 60)))}); }`;
}

/** @param {any} node @returns {string | undefined} The text of a literal. */
function literal(node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && !node.expressions.length) return node.quasis[0].value.cooked;
  return undefined;
}

/** @param {any} node @returns {any} It without parentheses. */
function bare(node) {
  return node?.type === "ParenthesizedExpression" ? bare(node.expression) : node;
}

/** @param {any} node @param {(node: any) => void} each */
function visit(node, each) {
  if (!node || typeof node !== "object") return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, each);
    return;
  }
  if (typeof node.type === "string") each(node);
  for (const value of Object.values(node)) if (value && typeof value === "object") visit(value, each);
}

/** @param {string} code @param {Edit[]} edits @returns {string} */
function apply(code, edits) {
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, code: now }) => text.slice(0, start) + now + text.slice(end), code);
}
