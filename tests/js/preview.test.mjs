// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { partials, resultGlobals, shaped } from "../../mcp_bridge/preview/delivery.js";
import { HOSTS, QUIRK_LIST, changeScene, quirksOf, readScene, writeScene } from "../../mcp_bridge/preview/scene.js";
import { cure } from "../../mcp_bridge/preview/violations.js";

test("a scene goes into the address and comes back", () => {
  /** bridge: equal scenes have equal links. */
  const scene = { tool: "hello", input: { name: "Ä & #" }, host: "chatgpt", width: 390, safeArea: { top: 1, right: 2, bottom: 3, left: 4 }, quirks: ["offline"] };
  assert.deepEqual(readScene(`#${writeScene(/** @type {any} */ (scene))}`), scene);
  assert.equal(writeScene({}), "");
});

test("what is none of a scene's values is dropped from an address", () => {
  /** bridge: an old or mistyped link shows what it can. */
  const hash = "#tool=hello&args=[1]&host=none&theme=red&locale=d_D&timeZone=Mars&width=-1&safeArea=1,2&quirks=offline,gone,offline:5,late-result:x&displayMode=big";
  assert.deepEqual(readScene(hash), { tool: "hello", quirks: ["offline"] });
});

test("a change is checked in a sentence", () => {
  /** bridge: whoever drives the page hears of a mistake. */
  assert.deepEqual(changeScene({ host: "claude", theme: "dark" }, { host: undefined, theme: null, width: 5 }), { width: 5 });
  assert.throws(() => changeScene({}, { them: "dark" }), /A scene has no key "them"\./);
  assert.throws(() => changeScene({}, { quirks: ["ofline"] }), /\["ofline"\] is no quirks of a scene\./);
});

test("quirks have their milliseconds", () => {
  /** bridge: a test need not wait as a person would. */
  assert.deepEqual([...quirksOf({ quirks: ["timeout-60s", "late-result:5", "offline"] })], [["timeout-60s", 60_000], ["late-result", 5], ["offline", 0]]);
  assert.equal(new Set(QUIRK_LIST.map(({ id }) => id)).size, QUIRK_LIST.length);
  assert.ok(HOSTS.plain);
});

test("a violation has a cure", () => {
  /** bridge: each list of `Csp`, and what no declaration mends. */
  const told = (/** @type {string} */ directive, /** @type {string} */ blocked) => cure({ directive, blocked }, "127.0.0.1:8000");
  assert.match(told("img-src", "https://cdn.example.com/a.png"), /csp=Csp\(resource=\["https:\/\/cdn\.example\.com"\]\)/);
  assert.match(told("connect-src", "wss://live.example.com/x"), /csp=Csp\(connect=\["wss:\/\/live\.example\.com"\]\)/);
  assert.match(told("frame-src", "https://maps.example.com"), /csp=Csp\(frame=/);
  assert.match(told("base-uri", "https://x.example.com"), /csp=Csp\(base_uri=/);
  assert.match(told("connect-src", "http://127.0.0.1:8000/data"), /never reaches its own server/);
  assert.match(told("script-src", "eval"), /evaluate text/);
  assert.match(told("script-src-elem", "inline"), /inline/);
  assert.match(told("font-src", "data:font/woff2"), /no data: address/);
  assert.match(told("worker-src", "https://x.example.com/w.js"), /No host lets a widget use worker-src/);
});

test("a result takes the shape that a quirk gives it", () => {
  /** spec: `toolOutput` is the structuredContent, `toolResponseMetadata` the envelope. */
  const result = { content: [], structuredContent: { a: 1 }, _meta: { secret: 2 } };
  const on = (/** @type {string[]} */ ...ids) => new Map(ids.map((id) => /** @type {[string, number]} */ ([id, 0])));
  const { _meta, ...visible } = result;
  assert.deepEqual(resultGlobals(shaped(result, on(), false), on()), {
    toolOutput: { a: 1 },
    toolResponseMetadata: { status: "complete", call_tool_result: visible, mcp_tool_result: result },
  });
  assert.deepEqual(shaped(result, on("meta-dropped"), false), visible);
  assert.deepEqual(resultGlobals(shaped(result, on("revisit-empty-output"), true), on()), { toolOutput: {}, toolResponseMetadata: null });
  assert.deepEqual(shaped(result, on("revisit-empty-output"), false), result);
  assert.deepEqual(resultGlobals(result, on("whole-output")), { toolOutput: result, toolResponseMetadata: { secret: 2 } });
  assert.deepEqual(partials({ name: "Adam" }), [{}, { name: "Ad" }, { name: "Adam" }, {}]);
});
