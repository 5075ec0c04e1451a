// @ts-check
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { importStatically } from "../../mcp_bridge/js/clientside.mjs";
import { withoutFontFiles } from "../../mcp_bridge/js/fonts.mjs";
import { compileScripts, replaceCalls } from "../../mcp_bridge/js/scripts.mjs";

const { parseAst } = createRequire(new URL("../../.web/package.json", import.meta.url))("vite");

/** @param {string} payload @returns {string} */
const event = (payload, name = "_call_script") => `f(ReflexEvent("${name}", (${payload}), ({})));`;

/** What the compiled event calls. @param {string} code @param {any} [refs] @param {any} [eventLoop] */
function run(code, refs = {}, eventLoop = {}) {
  const plain = code.replace(/import \{[^}]*\} from "[^"]*";/g, "");
  /** @type {any[]} */
  const seen = [];
  const ReflexEvent = (/** @type {string} */ name, /** @type {any} */ payload) => ({ name, payload });
  new Function("f", "ReflexEvent", "__refs", "__eventLoop", plain)((/** @type {any} */ each) => seen.push(each), ReflexEvent, refs, eventLoop);
  return seen[0];
}

test("a literal script becomes a function with the value of eval", () => {
  /** bridge: no host lets a widget evaluate text. */
  const compiled = (/** @type {string} */ script) =>
    run(compileScripts(event(`{ ["javascript_code"] : ${JSON.stringify(script)}, ["callback"] : null }`), parseAst));
  assert.equal(compiled("6 * 7").payload.function(), 42);
  assert.equal(compiled("const n = 20; n + 1").payload.function(), 21);
  assert.equal(compiled("const n = 20;").payload.function(), undefined);
  assert.deepEqual(compiled("({a: 1})").payload.function(), { a: 1 });
  assert.equal(compiled("6 * 7").name, "_call_function");
});

test("a callback of a script queues its events", () => {
  /** bridge: a handler gets what a script gave. */
  /** @type {any[]} */
  const queued = [];
  const callback = '(_result) => {addEvents([ReflexEvent("state.take", {x:_result})])}';
  const payload = `{ ["javascript_code"] : "1", ["callback"] : ${JSON.stringify(callback)} }`;
  const compiled = run(compileScripts(event(payload), parseAst), {}, { addEvents: (/** @type {any} */ each) => queued.push(each) });
  compiled.payload.callback(compiled.payload.function());
  assert.deepEqual(queued, [[{ name: "state.take", payload: { x: 1 } }]]);
});

test("what cannot be compiled leaves a mark", () => {
  /** bridge: mcp_bridge/refusals.py looks for it in the bundle. */
  const marked = (/** @type {string} */ script) => compileScripts(event(`{ ["javascript_code"] : ${script}, ["callback"] : null }`), parseAst);
  assert.match(marked("state.text"), /mcp-bridge-refused:script:/);
  assert.match(marked('"const = 1"'), /mcp-bridge-refused:syntax:const%20%3D%201/);
  const same = 'f(ReflexEvent("_call_function", ({ ["function"] : (() => 1), ["callback"] : null }), ({})));';
  assert.equal(compileScripts(same, parseAst), same);
});

test("what a sandboxed frame forbids a trigger is done by the bridge", () => {
  /** reflex-seam: what `rx.set_clipboard` and `rx.window_alert` of Reflex 0.10.1 compile to. */
  assert.match(replaceCalls('(() => (navigator?.["clipboard"]?.["writeText"]("x")))'), /\(\(\) => \(__copyText\("x"\)\)\)$/);
  assert.match(replaceCalls('(() => (window?.["alert"]("x")))'), /\(\(\) => \(__say\("x"\)\)\)$/);
  assert.equal(replaceCalls("f()"), "f()");
});

test("a component that no server renders is imported like any other", () => {
  /** reflex-seam: NoSSRComponent of Reflex 0.10.1. */
  const code = [
    "const Line = ClientSide(() => import('recharts').then((mod) => mod.LineChart), \"Line\")",
    "const Moment = ClientSide(() => import('react-moment').then((mod) => mod.default.default ?? mod.default), \"Moment\")",
  ].join("\n");
  const compiled = importStatically(code);
  assert.match(compiled, /^import \{ LineChart as Line \} from "recharts";$/m);
  assert.match(compiled, /^import Moment__module from "react-moment"; const Moment = /m);
  assert.doesNotMatch(compiled, /import\(/);
});

test("fonts that could only travel inline are left out", () => {
  /** spec: MCP Apps 2026-01-26, the default policy has no `data:` in `font-src`. */
  const css = "a{b:c}@font-face{src:url(x.woff2)}@font-face{src:url(https://a.example/x.woff2)}d{e:f}";
  assert.equal(withoutFontFiles(css), "a{b:c}@font-face{src:url(https://a.example/x.woff2)}d{e:f}");
});
