// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpening } from "../../mcp_bridge/js/opening.js";
import { createStore } from "../../mcp_bridge/js/store.js";
import { config, createClock, settle, wire } from "./stage.mjs";

/** An opening with a host and a channel that record what they are asked. */
function stage({ readOnly = true, reopen = async () => {} } = {}) {
  /** @type {any} */
  const listeners = {};
  /** @type {any} */
  const host = {
    opening: () => ({ tool: "hello", arguments: { name: "Ada" } }),
    on: (/** @type {string} */ type, /** @type {any} */ listener) => void (listeners[type] = listener),
  };
  /** @type {any[]} */
  const opened = [];
  /** @type {any[]} */
  const reopened = [];
  const view = createStore(/** @type {any} */ ({ phase: "waiting" }));
  /** @type {any} */
  const channel = {
    open(/** @type {any} */ part) {
      opened.push(part);
      view.set({ phase: "ready" });
    },
    reopen(/** @type {any} */ call) {
      reopened.push(call);
      return reopen();
    },
  };
  const clock = createClock();
  const widget = { ...config, tools: { hello: { readOnly } } };
  const opening = createOpening({ config: widget, host, channel, view, timers: clock });
  return { opening, opened, reopened, clock, listeners, view: () => view.getSnapshot() };
}

test("the first state comes from the result, with no call", () => {
  /** bridge: no tool call on mount. */
  const { listeners, opened, reopened } = stage();
  listeners.result(wire("open_result"));
  assert.deepEqual(opened, [wire("open_result")._meta["mcp-bridge"]]);
  assert.deepEqual(reopened, []);
});

test("a result without _meta is opened anew by itself if its tool only reads", async () => {
  /** bridge: hosts that drop _meta. */
  const { listeners, reopened, clock } = stage();
  listeners.result({ content: [] });
  await clock.pass(1000);
  assert.deepEqual(reopened, [{ tool: "hello", arguments: { name: "Ada" } }]);
});

test("a result without _meta is opened anew only after a click if its tool changes something", async () => {
  /** bridge: nothing is done twice unasked. */
  const { listeners, reopened, clock, opening, view } = stage({ readOnly: false });
  listeners.result({ content: [] });
  await clock.pass(1000);
  assert.deepEqual([reopened, view()], [[], { phase: "ask" }]);
  await opening.reopen();
  assert.equal(reopened.length, 1);
});

test("metadata that follows its result is waited for", async () => {
  /** spec: window.openai may set its globals one by one. */
  const { listeners, reopened, opened, clock } = stage();
  listeners.result({ structuredContent: { name: "Ada" } });
  listeners.result(wire("open_result"));
  await clock.pass(60_000);
  assert.deepEqual([opened.length, reopened.length], [1, 0]);
});

test("a failed opening shows the tool's own sentence", () => {
  /** bridge: isError of the opening tool. */
  const { listeners, view } = stage();
  listeners.result({ isError: true, content: [{ type: "text", text: "No airport has the code XXX." }] });
  assert.deepEqual(view(), { phase: "failed", message: "No airport has the code XXX." });
});

test("a cancelled opening says so, and a late result still opens", () => {
  /** spec: ui/notifications/tool-cancelled. */
  const { listeners, view } = stage();
  listeners.cancelled("Stopped by the user.");
  assert.deepEqual(view(), { phase: "cancelled", message: "Stopped by the user." });
  listeners.result(wire("open_result"));
  assert.deepEqual(view(), { phase: "ready" });
});

test("a result that takes long is still awaited", async () => {
  /** bridge: approval may take minutes. */
  const { listeners, view, clock } = stage();
  await clock.pass(20_000);
  assert.deepEqual(view(), { phase: "slow" });
  listeners.result(wire("open_result"));
  assert.deepEqual(view(), { phase: "ready" });
});

test("an opening that fails anew can be tried again", async () => {
  /** bridge: never a dead widget. */
  const { opening, view } = stage({ reopen: () => Promise.reject(new Error("The server is away.")) });
  await opening.reopen();
  await settle();
  assert.deepEqual(view(), { phase: "failed", message: "The server is away." });
});
