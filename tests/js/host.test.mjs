// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_CONTEXT } from "../../mcp_bridge/js/context.js";
import { createHost } from "../../mcp_bridge/js/host.js";
import { createStore } from "../../mcp_bridge/js/store.js";
import { config, createWindow, settle, wire } from "./stage.mjs";

const CAPABILITIES = { serverTools: {}, openLinks: {}, message: { text: {} } };

/** A host, with the window that it talks through. */
function stage(/** @type {any} */ options = {}) {
  const window = createWindow(options);
  const context = createStore({ ...DEFAULT_CONTEXT });
  const host = createHost({ config, win: window.win, context, timeout: options.timeout ?? 1000 });
  /** @type {any[]} */
  const results = [];
  host.on("result", (result) => results.push(result));
  /** Answer the handshake. */
  const shake = async (/** @type {any} */ answer = {}) => {
    const { id } = window.asked("ui/initialize");
    window.post({ id, result: { protocolVersion: "2026-01-26", hostCapabilities: CAPABILITIES, ...answer } });
    await settle();
  };
  return { ...window, host, context, results, shake };
}

test("the handshake is ui/initialize with a string id, then initialized", async () => {
  /** spec: MCP Apps 2026-01-26, lifecycle. */
  const { host, posted, shake } = stage();
  const connected = host.connect();
  assert.equal(typeof posted[0].id, "string");
  assert.deepEqual(posted[0], {
    jsonrpc: "2.0",
    id: posted[0].id,
    method: "ui/initialize",
    params: {
      appInfo: { name: "hello", version: "0.1.0" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen", "pip"] },
      protocolVersion: "2026-01-26",
    },
  });
  await shake();
  await connected;
  assert.deepEqual(posted.slice(1), [{ jsonrpc: "2.0", method: "ui/notifications/initialized", params: {} }]);
});

test("a result that comes before the handshake, and again after it, is taken", async () => {
  /** spec: hosts' shims may have initialized first. */
  const { host, post, results, shake } = stage();
  post({ method: "ui/notifications/tool-input", params: { arguments: { name: "Ada" } } });
  post({ method: "ui/notifications/tool-result", params: wire("open_result") });
  host.connect();
  await shake({ hostContext: { toolInfo: { tool: { name: "hello" } } } });
  post({ method: "ui/notifications/tool-result", params: wire("open_result") });
  assert.deepEqual(results, [wire("open_result"), wire("open_result")]);
  assert.deepEqual(host.opening(), { tool: "hello", arguments: { name: "Ada" } });
});

test("messages of other windows are ignored", () => {
  /** spec: only the parent is the host. */
  const { post, results, posted } = stage();
  post({ method: "ui/notifications/tool-result", params: wire("open_result") }, {});
  post({ id: 7, method: "ping" }, {});
  assert.deepEqual([results, posted], [[], []]);
});

test("ping and teardown are answered, unknown requests are refused", async () => {
  /** spec: JSON-RPC 2.0; MCP Apps, ui/resource-teardown. */
  const { host, post, posted } = stage();
  let isDown = false;
  host.on("teardown", () => void (isDown = true));
  post({ id: 1, method: "ping" });
  post({ id: 2, method: "ui/resource-teardown", params: {} });
  post({ id: 3, method: "tools/list" });
  await settle();
  assert.deepEqual(posted.map(({ id, result, error }) => [id, result ?? error.code]).sort(), [
    [1, {}],
    [2, {}],
    [3, -32601],
  ]);
  assert.equal(isDown, true);
});

test("a handshake answered with next to nothing still connects", async () => {
  /** spec: parse leniently; a host may answer with an error, too. */
  const { host, posted, post } = stage();
  const connected = host.connect();
  post({ id: posted[0].id, error: { code: -32600, message: "unsupported version" } });
  await connected;
  assert.equal(posted.at(-1).method, "ui/notifications/initialized");
});

test("a tool is called by the standard, its result is given as it is", async () => {
  /** spec: tools/call from the view. */
  const { host, asked, post, shake } = stage();
  host.connect();
  await shake();
  const called = host.callTool("reflex_event", { since: 2 });
  await settle();
  const { id, params } = asked("tools/call");
  assert.deepEqual(params, { name: "reflex_event", arguments: { since: 2 } });
  post({ id, result: wire("event_result") });
  assert.deepEqual(await called, wire("event_result"));
});

test("a rejected call gives the host's own words", async () => {
  /** spec: JSON-RPC errors, as for an unknown tool. */
  const { host, asked, post, shake } = stage();
  host.connect();
  await shake();
  const called = host.callTool("nope", {});
  await settle();
  post({ id: asked("tools/call").id, error: { code: -32602, message: "Unknown tool: nope" } });
  await assert.rejects(called, { name: "HostError", code: "rejected", message: "Unknown tool: nope" });
});

test("an unanswered call fails after the widget's own time", async () => {
  /** bridge: hosts' time limits differ. */
  const { host, shake } = stage({ timeout: 20 });
  host.connect();
  await shake();
  await assert.rejects(host.callTool("reflex_event", {}), { code: "timeout" });
});

test("a host without the capability is told apart from one that fails", async () => {
  /** bridge: degrade on the missing capability. */
  const { host, context, shake } = stage();
  host.connect();
  await shake({ hostCapabilities: { serverTools: {} } });
  await assert.rejects(host.sendMessage("Hi"), {
    code: "unsupported",
    message: "This host has no way to send a message from a widget.",
  });
  const { canCallTools, canOpenLink, canSendMessage } = context.getSnapshot();
  assert.deepEqual({ canCallTools, canOpenLink, canSendMessage }, {
    canCallTools: true,
    canOpenLink: false,
    canSendMessage: false,
  });
});

test("message, link and display mode go by the standard", async () => {
  /** spec: ui/message, ui/open-link, ui/request-display-mode. */
  const { host, asked, post, shake, context } = stage();
  host.connect();
  await shake({ hostContext: { availableDisplayModes: ["inline", "fullscreen"] } });
  const sent = host.sendMessage("Book it");
  await settle();
  assert.deepEqual(asked("ui/message").params, { role: "user", content: [{ type: "text", text: "Book it" }] });
  post({ id: asked("ui/message").id, result: {} });
  await sent;
  const opened = host.openLink("https://example.com/");
  await settle();
  assert.deepEqual(asked("ui/open-link").params, { url: "https://example.com/" });
  post({ id: asked("ui/open-link").id, result: { isError: true } });
  await assert.rejects(opened, { code: "rejected" });
  const granted = host.requestDisplayMode("fullscreen");
  await settle();
  post({ id: asked("ui/request-display-mode").id, result: { mode: "inline" } });
  assert.equal(await granted, "inline");
  assert.equal(context.getSnapshot().displayMode, "inline");
  await assert.rejects(host.requestDisplayMode("pip"), { code: "unsupported" });
});

test("a file goes to a host that takes files", async () => {
  /** spec: ui/download-file; hostCapabilities.downloadFile. */
  const contents = [{ type: "resource_link", uri: "https://example.com/a.pdf", name: "a.pdf" }];
  const other = stage();
  other.host.connect();
  await other.shake();
  assert.equal(other.host.downloadFile(contents), undefined);
  const { host, asked, post, shake } = stage();
  host.connect();
  await shake({ hostCapabilities: { downloadFile: {} } });
  const saved = host.downloadFile(contents);
  const { id, params } = asked("ui/download-file");
  assert.deepEqual(params, { contents });
  post({ id, result: { isError: true } });
  await assert.rejects(/** @type {Promise<void>} */ (saved), { message: "The host refused to save a file.", code: "rejected" });
});

test("a link that is a script is refused", async () => {
  /** bridge: links come from data. */
  const { host } = stage();
  await assert.rejects(host.openLink("javascript:alert(1)"), { code: "rejected" });
});

test("the host's context reaches the store and the document", async () => {
  /** spec: MCP Apps 2026-01-26, host context and theming. */
  const { host, context, post, root, styles, shake } = stage();
  host.connect();
  await shake({
    hostContext: {
      theme: "dark",
      locale: "ar-EG",
      timeZone: "Africa/Cairo",
      platform: "mobile",
      deviceCapabilities: { touch: true },
      containerDimensions: { width: 390, maxHeight: 700 },
      safeAreaInsets: { top: 1, right: 2, bottom: 3, left: 4 },
      styles: { variables: { "--font-sans": "Noto", "--gone": undefined }, css: { fonts: "@font-face{}" } },
    },
  });
  assert.deepEqual(context.getSnapshot(), {
    connected: true,
    theme: "dark",
    locale: "ar-EG",
    displayMode: "inline",
    displayModes: ["inline"],
    timeZone: "Africa/Cairo",
    platform: "mobile",
    touch: true,
    maxHeight: 700,
    fixedHeight: false,
    safeArea: { top: 1, right: 2, bottom: 3, left: 4 },
    canSendMessage: true,
    canOpenLink: true,
    canCallTools: true,
  });
  assert.deepEqual([root.lang, root.dir, root.dataset.theme, root.style.colorScheme], ["ar-EG", "rtl", "dark", "dark"]);
  assert.deepEqual([root.style.variables["--font-sans"], styles[0].textContent], ["Noto", "@font-face{}"]);
  post({ method: "ui/notifications/host-context-changed", params: { theme: "light" } });
  assert.deepEqual([context.getSnapshot().theme, context.getSnapshot().locale], ["light", "ar-EG"]);
});

test("a page that has only window.openai works, in every shape of the result", async () => {
  /** spec: protocol 1.2 and 8.3. */
  const { _meta, structuredContent } = wire("open_result");
  const shapes = [
    { toolOutput: structuredContent, toolResponseMetadata: _meta },
    { toolOutput: structuredContent, toolResponseMetadata: { status: "success", mcp_tool_result: wire("open_result") } },
    { toolOutput: structuredContent, toolResponseMetadata: { call_tool_result: wire("open_result") } },
    { toolOutput: wire("open_result"), toolResponseMetadata: null },
  ];
  for (const framed of [true, false]) {
    for (const shape of shapes) {
      const { host, results } = stage({ framed, openai: { ...shape, toolInput: { name: "Ada" } } });
      host.connect();
      assert.deepEqual(results[0]._meta, _meta);
      assert.deepEqual(host.opening().arguments, { name: "Ada" });
    }
  }
});

test("window.openai may get its result later, first without its metadata", async () => {
  /** spec: openai:set_globals. */
  const { host, results, setGlobals } = stage({ openai: { toolOutput: null } });
  host.connect();
  assert.equal(results.length, 0);
  setGlobals({ toolOutput: { name: "Ada" } });
  setGlobals({ theme: "dark" });
  setGlobals({ toolResponseMetadata: wire("open_result")._meta });
  assert.equal(results.length, 2);
  assert.deepEqual(results[1]._meta, wire("open_result")._meta);
});

test("window.openai carries calls when the handshake is not answered", async () => {
  /** bridge: feature detection per method; promises, values and thenables. */
  const asked = /** @type {any[]} */ ([]);
  const openai = {
    callTool: (/** @type {any[]} */ ...args) => {
      asked.push(args);
      return { then: (/** @type {any} */ done) => done({ call_tool_result: wire("event_result") }) };
    },
    sendFollowUpMessage: (/** @type {any} */ args) => void asked.push(args),
    requestDisplayMode: () => ({ mode: "fullscreen" }),
  };
  const { host, posted } = stage({ openai });
  host.connect();
  assert.deepEqual(await host.callTool("reflex_event", { since: 1 }), wire("event_result"));
  await host.sendMessage("Book it");
  assert.equal(await host.requestDisplayMode("pip"), "fullscreen");
  assert.deepEqual(asked, [["reflex_event", { since: 1 }], { prompt: "Book it" }]);
  assert.deepEqual(posted.map(({ method }) => method), ["ui/initialize"]);
  await assert.rejects(host.openLink("https://example.com/"), { code: "unsupported" });
});

test("where both are there, the standard carries the call and window.openai fills in _meta", async () => {
  /** spec: some builds drop custom _meta from tool-result. */
  const openai = { callTool: () => assert.fail("the standard has this"), toolOutput: null, toolResponseMetadata: null };
  const { host, results, post, asked, shake, win } = stage({ openai });
  host.connect();
  await shake();
  win.openai.toolResponseMetadata = { mcp_tool_result: wire("open_result") };
  const { _meta, ...bare } = wire("open_result");
  post({ method: "ui/notifications/tool-result", params: bare });
  assert.deepEqual(results.at(-1)._meta, _meta);
  host.callTool("reflex_event", {}).catch(() => {});
  await settle();
  assert.equal(asked("tools/call").params.name, "reflex_event");
});

test("widget state keeps what is already in it", async () => {
  /** spec: protocol 1.4. */
  /** @type {any[]} */
  const kept = [];
  const openai = {
    widgetState: { modelContent: "text", privateContent: { mine: 1 }, imageIds: ["a"] },
    setWidgetState: (/** @type {any} */ state) => void kept.push(state),
  };
  const { host } = stage({ openai });
  assert.equal(await host.setWidgetState({ privateContent: { session: "s", version: 3 } }), true);
  const privateContent = { mine: 1, session: "s", version: 3 };
  assert.deepEqual(kept, [{ modelContent: "text", privateContent, imageIds: ["a"] }]);
  assert.equal(await stage().host.setWidgetState({ privateContent: {} }), false);
});

test("alone in a tab the widget is its own client of /mcp", async () => {
  /** spec: MCP 2026-07-28 over HTTP; an answer may be an event stream. bridge: a proxy may add a prefix. */
  /** @type {any[]} */
  const requests = [];
  const fetch = async (/** @type {string} */ url, /** @type {any} */ init) => {
    const body = JSON.parse(init.body);
    requests.push({ url, ...init, body });
    const answer = JSON.stringify({ jsonrpc: "2.0", id: body.id, result: wire("open_result") });
    const stream = `: ping\r\n\r\nevent: message\r\ndata: ${answer}\r\n\r\n`;
    return { status: 200, text: async () => (requests.length > 1 ? stream : answer) };
  };
  const search = `?args=${encodeURIComponent('{"name":"Ada"}')}`;
  const { host, results, context, win } = stage({ framed: false, search, fetch });
  await host.connect();
  assert.deepEqual(results, [wire("open_result")]);
  assert.equal(context.getSnapshot().canCallTools, true);
  const [{ url, method, headers, body }] = requests;
  assert.deepEqual([url, method, body.method, body.params.name], ["../mcp", "POST", "tools/call", "hello"]);
  assert.deepEqual(body.params.arguments, { name: "Ada" });
  assert.deepEqual(body.params._meta, {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  });
  assert.deepEqual(headers, {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "hello",
  });
  assert.deepEqual(await host.callTool("reflex_event", {}), wire("open_result"));
  await host.openLink("https://example.com/");
  assert.deepEqual(win.opened, [["https://example.com/", "_blank", "noopener"]]);
});

test("alone in a tab, arguments that are not an object are named", async () => {
  /** bridge: errors have a subject, what is wrong and the cure. */
  const { host } = stage({ framed: false, search: "?args=nope" });
  await assert.rejects(host.connect(), {
    message: 'The address has args=nope, which is not a JSON object. Write it as {"name": "value"}.',
  });
});

test("a height is not fixed in a host that asks for the content's height", async () => {
  /** bridge: ChatGPT names the frame's present height, and offers notifyIntrinsicHeight. */
  const containerDimensions = { height: 400, maxWidth: 768 };
  const fixed = stage();
  fixed.host.connect();
  await fixed.shake({ hostContext: { containerDimensions } });
  assert.equal(fixed.context.getSnapshot().fixedHeight, true);

  const asking = stage({ openai: { notifyIntrinsicHeight: () => {} } });
  asking.host.connect();
  await asking.shake({ hostContext: { containerDimensions } });
  assert.equal(asking.context.getSnapshot().fixedHeight, false);
});

test("sizes go to the host that can take them", async () => {
  /** spec: ui/notifications/size-changed; window.openai.notifyIntrinsicHeight. */
  const { host, posted, shake } = stage();
  host.connect();
  await shake();
  host.reportSize({ width: 720, height: 300 });
  assert.deepEqual(posted.at(-1).params, { width: 720, height: 300 });
  /** @type {number[]} */
  const heights = [];
  const other = stage({ framed: false, openai: { notifyIntrinsicHeight: (/** @type {number} */ px) => heights.push(px) } });
  other.host.connect();
  other.host.reportSize({ width: 720, height: 300 });
  assert.deepEqual(heights, [300]);
});
