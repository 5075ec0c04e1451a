// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpening } from "../../mcp_bridge/js/opening.js";
import { createStore } from "../../mcp_bridge/js/store.js";
import { config, createClock, settle, wire } from "./stage.mjs";

/** An opening with a host and a channel that record what they are asked. */
function stage(/** @type {any} */ options = {}) {
  const { readOnly = true, reopen = async () => {}, restore = async () => {}, kept } = options;
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
  /** @type {any[]} */
  const restored = [];
  let refreshes = 0;
  let reloads = 0;
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
    refresh: () => void refreshes++,
    async restore(/** @type {any} */ from) {
      restored.push(from);
      const rung = await restore();
      view.set({ phase: "ready" });
      return rung;
    },
  };
  const clock = createClock();
  const widget = { ...config, tools: { hello: { readOnly } } };
  const onReload = () => void reloads++;
  const opening = createOpening({ config: widget, host, channel, view, kept: () => kept, onReload, timers: clock });
  const counts = { refreshes: () => refreshes, reloads: () => reloads };
  return { opening, opened, reopened, restored, ...counts, clock, listeners, view: () => view.getSnapshot() };
}

test("the first state comes from the result, with no call", () => {
  /** bridge: no tool call on mount. */
  const { listeners, opened, reopened } = stage();
  listeners.result(wire("open_result"));
  assert.deepEqual(opened, [wire("open_result")._meta["mcp-bridge"]]);
  assert.deepEqual(reopened, []);
});

test("only a document that comes after another one that has shown the session is a reload", async () => {
  /** bridge: `on_load` runs when a widget is opened, and again when the conversation is loaded again. */
  const first = stage();
  first.listeners.result(wire("open_result"));
  first.listeners.result(wire("open_result"));
  assert.equal(first.reloads(), 0);
  const kept = { session: wire("open_result")._meta["mcp-bridge"].session, version: 3, origin: "x" };
  const later = stage({ kept });
  later.listeners.result(wire("open_result"));
  later.listeners.result(wire("open_result"));
  assert.equal(later.reloads(), 1);
  const shown = stage({ kept: { ...kept, vars: {} } });
  await shown.clock.pass(1500);
  shown.listeners.result(wire("open_result"));
  assert.equal(shown.reloads(), 1);
  for (const [rung, reloads] of [
    ["session", 1],
    ["snapshot", 1],
    ["rerun", 0],
  ]) {
    const lost = stage({ kept, restore: async () => rung });
    await lost.clock.pass(1500);
    assert.equal(lost.reloads(), reloads, String(rung));
  }
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

const KEPT = { session: "kept", version: 7, seal: "c2VhbGVk" };
const CALL = { tool: "hello", arguments: { name: "Ada" } };

/** A refusal as the channel throws it. */
const refusal = (/** @type {boolean} */ retry) => Object.assign(new Error("The server said no."), { retry });

test("a session that the host has kept is restored when no result comes", async () => {
  /** bridge: ChatGPT empties toolOutput of an old chat while widgetState survives. */
  const { restored, reopened, clock, view } = stage({ kept: KEPT, readOnly: false });
  await clock.pass(1499);
  assert.deepEqual(restored, []);
  await clock.pass(1);
  assert.deepEqual(restored, [{ session: "kept", seal: KEPT.seal, ...CALL }]);
  assert.deepEqual([reopened, view()], [[], { phase: "ready" }]);
});

test("a session that the host has kept is restored when its result has no state", async () => {
  /** bridge: a call on mount is allowed only here. */
  const { listeners, restored, reopened, clock } = stage({ kept: KEPT });
  listeners.result({ content: [], structuredContent: {} });
  await clock.pass(1000);
  assert.deepEqual([restored.length, reopened], [1, []]);
  await clock.pass(60_000);
  assert.equal(restored.length, 1);
});

test("a result with a session and no state is restored from that session", async () => {
  /** bridge: a host that keeps little. */
  const { listeners, restored, clock } = stage();
  listeners.result({ content: [], _meta: { "mcp-bridge": { session: "told" } } });
  await clock.pass(1000);
  assert.deepEqual(restored, [{ session: "told", seal: null, ...CALL }]);
});

test("a result without its state is restored from what its session was restored into", async () => {
  /** bridge: the id of the stored result is old. */
  const { listeners, restored, clock } = stage({ kept: { ...KEPT, origin: "told" } });
  listeners.result({ content: [], _meta: { "mcp-bridge": { session: "told" } } });
  await clock.pass(1000);
  assert.deepEqual(restored, [{ session: "kept", seal: KEPT.seal, ...CALL }]);
});

test("a kept session costs no call when the result is there", async () => {
  /** bridge: no tool call on mount. */
  const result = wire("open_result");
  const { session } = result._meta["mcp-bridge"];
  const { listeners, restored, clock } = stage({ kept: { ...KEPT, session } });
  listeners.result(result);
  await clock.pass(60_000);
  assert.deepEqual(restored, []);
});

test("an opening result is shown in the session that its own was restored into", () => {
  /** bridge: what was done after the restore is asked for, from the first version on. */
  const { listeners, opened } = stage({ kept: { ...KEPT, origin: "first" } });
  const result = wire("open_result");
  listeners.result(result);
  const { update, ...part } = result._meta["mcp-bridge"];
  assert.deepEqual(opened, [{ ...part, session: "kept", update: { ...update, version: 0, events: [] } }]);
});

test("what the host has kept of the view is shown at once, and what is newer is asked for", async () => {
  /** bridge: first paint from what the host kept. */
  const vars = { state: { count: 7 } };
  const { opened, restored, refreshes, clock } = stage({ kept: { ...KEPT, vars } });
  await clock.pass(1500);
  const update = { version: 7, full: true, vars, ack: 0, pending: false };
  assert.deepEqual([opened, restored, refreshes()], [[{ session: "kept", update }], [], 1]);
});

test("a kept session that is gone for good leaves the choice to the person", async () => {
  /** bridge: a panel with a button, never a dead widget. */
  const { opening, reopened, restored, clock, view } = stage({ kept: KEPT, restore: () => Promise.reject(refusal(false)) });
  await clock.pass(1500);
  assert.deepEqual([view(), reopened], [{ phase: "ask" }, []]);
  await opening.reopen();
  assert.deepEqual([restored.length, reopened], [1, [CALL]]);
});

test("a restore that fails on the way can be tried again", async () => {
  /** bridge: the server is away for a moment. */
  let isAway = true;
  const restore = async () => {
    if (isAway) throw refusal(true);
  };
  const { opening, restored, clock, view } = stage({ kept: KEPT, restore });
  await clock.pass(1500);
  assert.deepEqual(view(), { phase: "failed", message: "The server said no." });
  isAway = false;
  await opening.reopen();
  assert.deepEqual([restored.length, view()], [2, { phase: "ready" }]);
});
