// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_CONTEXT } from "../../mcp_bridge/js/context.js";
import { createHost } from "../../mcp_bridge/js/host.js";
import { createStore } from "../../mcp_bridge/js/store.js";
import { config, createWindow, settle, wire } from "./stage.mjs";

/** A page that is connected, with what it asked of the server. */
async function open(/** @type {any} */ options = {}, /** @type {any} */ own = {}) {
  /** @type {any[]} */
  const asked = [];
  const fetch = async (/** @type {string} */ _url, /** @type {any} */ init) => {
    const { id, params } = JSON.parse(init.body);
    asked.push(params);
    return { status: 200, text: async () => JSON.stringify({ jsonrpc: "2.0", id, result: wire("open_result") }) };
  };
  const window = createWindow({ page: {}, fetch, ...options });
  const context = createStore({ ...DEFAULT_CONTEXT });
  const host = createHost({ config: { ...config, ...own }, win: window.win, context, timeout: 1000 });
  /** @type {any[]} */
  const results = [];
  let isUnopened = false;
  let isKept = false;
  host.on("result", (result) => results.push(result));
  host.on("unopened", () => (isUnopened = true));
  host.on("kept", () => (isKept = true));
  await host.connect();
  return { ...window, host, context, results, asked, isUnopened, isKept };
}

test("in a frame of a site a page asks its own server and shakes no hands", async () => {
  /** bridge: standalone pages, usable in an ordinary site. */
  const { asked, results, posted, context } = await open({ search: '?args={"name":"Ada"}' });
  assert.deepEqual([asked[0].name, asked[0].arguments], ["hello", { name: "Ada" }]);
  assert.deepEqual([results, posted], [[wire("open_result")], []]);
  const { displayMode, canCallTools, canSendMessage, canOpenLink } = context.getSnapshot();
  assert.deepEqual([displayMode, canCallTools, canSendMessage, canOpenLink], ["inline", true, false, true]);
});

test("a page tells the site around it its height, and a tab tells nobody", async () => {
  /** bridge: docs/pages.md, the message. */
  const size = { width: 390, height: 412 };
  const framed = await open();
  framed.host.reportSize(size);
  assert.deepEqual(framed.posted, [{ type: "mcp-bridge/size", widget: "hello", ...size }]);
  const tab = await open({ framed: false });
  tab.host.reportSize(size);
  assert.deepEqual(tab.posted, []);
  assert.equal(tab.context.getSnapshot().displayMode, "fullscreen");
});

test("what the site around a page says is not believed", async () => {
  /** bridge: only the server gives results. */
  const { post, results } = await open();
  post({ method: "ui/notifications/tool-result", params: { ...wire("open_result"), isError: true } });
  await settle();
  assert.equal(results.length, 1);
});

test("theme and locale come from the address, else from the scene, else from the browser", async () => {
  /** bridge: docs/pages.md, the address. */
  const look = async (/** @type {any} */ options) => {
    const { context, root } = await open(options);
    return [context.getSnapshot().theme, context.getSnapshot().locale, root.dir];
  };
  const page = { theme: "dark", locale: "ar-EG" };
  assert.deepEqual(await look({ search: "?theme=light&locale=fr-FR", page }), ["light", "fr-FR", "ltr"]);
  assert.deepEqual(await look({ page }), ["dark", "ar-EG", "rtl"]);
  assert.deepEqual(await look({ search: "?theme=pink&locale=no_locale" }), ["light", "en-GB", "ltr"]);
});

test("by itself a page runs a tool that only reads, and no other", async () => {
  /** bridge: an address can come from anywhere. */
  const { asked, results, isUnopened } = await open({}, { tools: { hello: { readOnly: false } } });
  assert.deepEqual([asked, results, isUnopened], [[], [], true]);
});

test("what was shown before a reload is taken up, and the tool does not run again", async () => {
  /** bridge: a page keeps its session in its own entry of the tab's history. */
  const history = { state: /** @type {any} */ ({ other: 1 }), replaceState: (/** @type {any} */ state) => void (history.state = state) };
  const first = await open({ history });
  assert.deepEqual([first.asked.length, first.isKept], [1, false]);
  assert.equal(await first.host.setWidgetState({ privateContent: { session: "s1", version: 3 } }), true);
  assert.equal(history.state.other, 1);
  const again = await open({ history });
  assert.deepEqual([again.asked, again.isKept], [[], true]);
  assert.deepEqual(again.host.widgetState()?.privateContent, { session: "s1", version: 3 });
});

test("a saved view keeps nothing", async () => {
  /** bridge: it is the same at each look. */
  const history = { state: null, replaceState: () => assert.fail() };
  const { host } = await open({ history, page: { tool: "hello", result: wire("open_result") } });
  await host.setWidgetState({ privateContent: { session: "s1", version: 3 } });
  assert.equal(history.state, null);
});

test("a saved view paints from its result and refuses in words what needs the server", async () => {
  /** bridge: `mcp-bridge page`. */
  const page = { tool: "hello", input: { name: "Ada" }, result: wire("open_result") };
  const { host, asked, results, context } = await open({ page, search: '?tool=other&args={"name":"Bob"}' });
  assert.deepEqual([asked, results], [[], [wire("open_result")]]);
  assert.deepEqual(host.opening(), { tool: "hello", arguments: { name: "Ada" } });
  assert.deepEqual([host.isSaved, context.getSnapshot().canCallTools], [true, false]);
  const { error } = (await host.callTool("reflex_event", {}))._meta?.["mcp-bridge"];
  assert.deepEqual([error.code, error.retry], ["no_server", false]);
  assert.match(error.message, /has no server/);
});

test("what takes a chat fails at once and says why", async () => {
  /** bridge: a page in no chat. */
  const { host } = await open();
  await assert.rejects(host.sendMessage("Hi"), {
    message: "This page is in no chat, so it has no way to send a message.",
    code: "unsupported",
  });
  assert.equal(await host.updateModelContext({ structuredContent: null, text: "" }), false);
});
