// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createChannel } from "../../mcp_bridge/js/channel.js";
import { DEFAULT_CONTEXT } from "../../mcp_bridge/js/context.js";
import { createHost } from "../../mcp_bridge/js/host.js";
import { createKeeper, createSessionStore } from "../../mcp_bridge/js/keeper.js";
import { contextParams, createContextReporter, modelContent } from "../../mcp_bridge/js/modelcontext.js";
import { memoryStorage } from "../../mcp_bridge/js/storage.js";
import { createStore } from "../../mcp_bridge/js/store.js";
import { config, createClock, createWindow, settle, wire } from "./stage.mjs";

const context = (/** @type {number} */ count) => ({ structuredContent: { count }, text: `The count is ${count}.` });

/** A reporter whose host records what it is told. */
function stage({ kept = /** @type {unknown} */ (undefined), isRefusing = false } = {}) {
  /** @type {any[]} */
  const told = [];
  const clock = createClock();
  const host = {
    modelContent: () => kept,
    async updateModelContext(/** @type {any} */ each) {
      told.push(each);
      if (isRefusing) throw new Error("refused");
      return true;
    },
  };
  return { reporter: createContextReporter({ host, timers: clock }), told, clock };
}

test("the model is told the newest, once the widget has been still for half a second", async () => {
  /** bridge: debounced, newest wins. */
  const { reporter, told, clock } = stage();
  reporter.offer(context(1));
  await clock.pass(400);
  reporter.offer(context(2));
  await clock.pass(499);
  assert.deepEqual(told, []);
  await clock.pass(1);
  assert.deepEqual(told, [context(2)]);
});

test("the model is not told what it knows", async () => {
  /** bridge: only when changed; the opening result has told it the first. */
  const { reporter, told, clock } = stage();
  reporter.assume(context(1));
  reporter.offer(context(2));
  reporter.offer(context(1));
  await clock.pass(500);
  assert.deepEqual(told, []);
  for (const count of [2, 2, 1]) {
    reporter.offer(context(count));
    await clock.pass(500);
  }
  reporter.offer(undefined);
  await clock.pass(500);
  assert.deepEqual(told, [context(2), context(1)]);
});

test("after a reload the host remembers what it was told", async () => {
  /** spec: widgetState survives the document; the stored opening result is older. */
  const { reporter, told, clock } = stage({ kept: modelContent(context(5)) });
  reporter.assume(context(1));
  reporter.offer(context(5));
  await clock.pass(500);
  assert.deepEqual(told, []);
  reporter.offer(context(1));
  await clock.pass(500);
  assert.deepEqual(told, [context(1)]);
});

test("what a host has refused is told again with the next change", async () => {
  /** bridge: a refused context is not known. */
  const { reporter, told, clock } = stage({ isRefusing: true });
  const { warn } = console;
  console.warn = () => {};
  for (const count of [1, 1]) {
    reporter.offer(context(count));
    await clock.pass(500);
  }
  console.warn = warn;
  assert.equal(told.length, 2);
});

test("what waits is told when the widget goes", () => {
  /** spec: ui/resource-teardown. */
  const { reporter, told } = stage();
  reporter.offer(context(1));
  reporter.flush();
  assert.deepEqual(told, [context(1)]);
});

test("each host is told in the form that it takes", () => {
  /** spec: hostCapabilities.updateModelContext, MCP Apps 2026-01-26. */
  const text = [{ type: "text", text: "The count is 1." }];
  const silent = { structuredContent: { count: 1 }, text: "" };
  const bare = { structuredContent: null, text: "Nothing is chosen." };
  assert.deepEqual(contextParams(context(1), {}), { content: text, structuredContent: { count: 1 } });
  assert.deepEqual(contextParams(context(1), { text: {}, image: {} }), { content: text });
  assert.deepEqual(contextParams(silent, { text: {} }), { content: [{ type: "text", text: '{"count":1}' }] });
  assert.deepEqual(contextParams(silent, {}), { content: [], structuredContent: { count: 1 } });
  assert.deepEqual(contextParams(context(1), { structuredContent: {} }), { structuredContent: { count: 1 } });
  assert.deepEqual(contextParams(bare, { structuredContent: {} }), { structuredContent: { text: bare.text } });
  assert.deepEqual(contextParams(bare, {}), { content: [{ type: "text", text: bare.text }] });
  assert.equal(contextParams(context(1), { image: {} }), undefined);
  assert.deepEqual(modelContent(context(1)), { text: "The count is 1.", count: 1 });
  assert.equal(modelContent(bare), bare.text);
});

const SECRET = "the private value";
const SEAL = "c2VhbGVk";

/** A widget's way from an answer to the host, without React. @param {any} options */
async function widget({ openai, updateModelContext }) {
  const { win, posted, post, asked } = createWindow({ openai });
  const clock = createClock();
  const host = createHost({ config, win, context: createStore({ ...DEFAULT_CONTEXT }), timeout: 1000 });
  const reporter = createContextReporter({ host, timers: clock });
  const storage = memoryStorage();
  const keeper = createKeeper({ host, store: createSessionStore(() => storage), base: () => channel.base() });
  const channel = createChannel({
    callTool: async () => {
      const result = wire("event_result");
      const { update } = result._meta["mcp-bridge"];
      update.vars = { app___hello: { count_rx_state_: 1, diary_rx_state_: SECRET } };
      Object.assign(update, { context: context(1), seal: SEAL });
      return result;
    },
    config,
    onUpdate: () => {},
    onConfirmed(confirmed) {
      void keeper.write(confirmed);
      if (confirmed.isStored) reporter.assume(confirmed.context);
      else reporter.offer(confirmed.context);
    },
    timers: clock,
  });
  host.connect();
  await settle();
  const { id } = asked("ui/initialize");
  post({ id, result: { hostCapabilities: { serverTools: {}, updateModelContext }, hostContext: {} } });
  const opened = wire("open_result")._meta["mcp-bridge"];
  channel.open({ ...opened, update: { ...opened.update, context: context(0) } });
  await clock.pass(500);
  const first = posted.length;
  channel.send({ name: "app___hello.add" });
  await clock.pass(500);
  return { posted: posted.slice(first), before: posted.slice(0, first), storage, session: opened.session };
}

test("a private value appears in nothing that a model can see", async () => {
  /** bridge: declared vars only. */
  const { posted, before, storage, session } = await widget({ updateModelContext: {} });
  const params = { content: [{ type: "text", text: "The count is 1." }], structuredContent: { count: 1 } };
  assert.deepEqual(before.map(({ method }) => method), ["ui/initialize", "ui/notifications/initialized"]);
  assert.deepEqual(posted.map((message) => [message.method, message.params]), [["ui/update-model-context", params]]);
  assert.equal(JSON.parse(storage.getItem(`mcp-bridge:${session}`) ?? "").seal, SEAL);
});

test("ChatGPT is told by widgetState, and not twice", async () => {
  /** spec: protocol 1.4; modelContent is for the model, privateContent is not. */
  /** @type {any[]} */
  const states = [];
  const openai = { widgetState: null, setWidgetState: (/** @type {any} */ state) => void states.push(state) };
  const { posted, storage, session } = await widget({ openai, updateModelContext: {} });
  assert.deepEqual(posted, []);
  assert.equal(storage.length, 0);
  const { vars, ...kept } = states.at(-1).privateContent;
  assert.deepEqual(kept, { session, version: 4, seal: SEAL, origin: session });
  assert.equal(vars.app___hello.diary_rx_state_, SECRET);
  assert.deepEqual(states.at(-1).modelContent, { text: "The count is 1.", count: 1 });
  for (const { modelContent: visible } of states) {
    for (const hidden of [SECRET, SEAL, session]) assert.ok(!JSON.stringify(visible ?? "").includes(hidden));
  }
});

test("a host that takes no context is told nothing", async () => {
  /** spec: check hostCapabilities before use. */
  const { posted } = await widget({ updateModelContext: undefined });
  assert.deepEqual(posted, []);
});
