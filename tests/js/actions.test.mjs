// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bindRuntime, content, perform } from "../../mcp_bridge/js/actions.js";
import io, { bindBridge } from "../../mcp_bridge/js/socket.js";
import { settle } from "./stage.mjs";

/** A runtime and surroundings that record. @param {Record<string, any>} [refs] */
function record(refs = {}) {
  /** @type {any[]} */
  const seen = [];
  bindRuntime({ refs, addEvents: (events) => void seen.push(["events", events]) });
  const doc = /** @type {any} */ ({ getElementById: () => null });
  return { seen, around: { report: (/** @type {string} */ text) => void seen.push(["report", text]), doc } };
}

test("a toast is shown with its callbacks as events", async () => {
  /** bridge: mcp_bridge/actions.py sends JSON, sonner takes functions. */
  /** @type {any[]} */
  const shown = [];
  const { seen, around } = record({ __toast: { success: (/** @type {any[]} */ ...args) => void shown.push(args) } });
  const undo = { name: "state.undo", payload: { what: "x" } };
  const props = { duration: 3, action: { label: "Undo", events: [undo] }, onDismiss: { events: [undo] } };
  await perform({ name: "_action_toast", payload: { level: "success", message: "Saved", props } }, around);
  const [[message, options]] = shown;
  assert.equal(message, "Saved");
  assert.equal(options.duration, 3);
  options.action.onClick();
  options.onDismiss({ id: 1 });
  assert.deepEqual(seen, [
    ["events", [undo]],
    ["events", [undo]],
  ]);
});

test("without a provider a toast is told otherwise", async () => {
  /** bridge: nothing that a handler says is lost. */
  const { seen, around } = record();
  await perform({ name: "_action_toast", payload: { level: null, message: "", props: { title: "T" } } }, around);
  assert.deepEqual(seen, [["report", "T"]]);
});

test("a client state is set, and its value goes where the event wants it", async () => {
  /** bridge: `push` and `retrieve` without `eval`. */
  /** @type {any[]} */
  const set = [];
  const { seen, around } = record({ set_it: (/** @type {any} */ value) => void set.push(value), it: 3 });
  await perform({ name: "_action_client_state", payload: { ref: "set_it", value: 5 } }, around);
  assert.deepEqual(set, [5]);
  const payload = { ref: "it", events: [{ name: "state.take", payload: { a: 1 } }], takes: [["value"]] };
  await perform({ name: "_action_client_state_get", payload }, around);
  await perform({ name: "_action_client_state", payload: { ref: "other", value: 5 } }, around);
  assert.deepEqual(seen[0], ["events", [{ name: "state.take", payload: { a: 1, value: 3 } }]]);
  assert.match(seen[1][1], /does not show the client state/);
});

test("a file goes to the host, or is out of reach", async () => {
  /** spec: MCP Apps 2026-01-26, `ui/download-file`. */
  const { seen, around } = record();
  /** @type {object[][]} */
  const files = [];
  const download = async (/** @type {object[]} */ contents) => void files.push(contents);
  const payload = { url: "data:text/csv;charset=utf-8,a%2Cb", filename: "a b.csv" };
  await perform({ name: "_action_download", payload }, { ...around, download });
  const resource = { uri: "file:///a%20b.csv", mimeType: "text/csv", text: "a,b" };
  assert.deepEqual(files, [[{ type: "resource", resource }]]);
  await perform({ name: "_action_download", payload: { url: "/a.txt", filename: "a.txt" } }, { ...around, download });
  assert.match(seen[0][1], /^The file \/a\.txt is on the app's server/);
  assert.deepEqual(content("https://a.example/b", "b"), { type: "resource_link", uri: "https://a.example/b", name: "b" });
});

test("a file that the host does not take is said", async () => {
  /** bridge: an action that fails is told, not lost. */
  const { seen, around } = record();
  const download = () => Promise.reject(new Error("The host refused to save a file."));
  await perform({ name: "_action_download", payload: { url: "data:,a", filename: "a" } }, { ...around, download });
  assert.deepEqual(seen, [["report", "The host refused to save a file."]]);
});

test("what a runtime emits goes to the actions or to the bridge", async () => {
  /** bridge: scripts.mjs lets `_download` and scripts through to the socket. */
  record();
  /** @type {any[]} */
  const seen = [];
  bindBridge({
    send: (event) => void seen.push(["send", event.name]),
    hostAction: (event) => void seen.push(["host", event.name]),
    handlerError: ({ payload }) => void seen.push(["error", payload?.message]),
    interrupted: (event) => void seen.push(["interrupted", event.name]),
    downloadFile: (contents) => Promise.resolve(void seen.push(["file", contents.length])),
  });
  const socket = io("ws://widget/_event");
  socket.emit("event", { name: "_action_alert", payload: { message: "Hi" } });
  socket.emit("event", { name: "_download", payload: { url: "data:,a", filename: "a" } });
  socket.emit("event", { name: "_bridge_interrupted" });
  socket.emit("event", { name: "_call_script", payload: { javascript_code: "1" } });
  await settle();
  assert.deepEqual(seen, [
    ["error", "Hi"],
    ["file", 1],
    ["interrupted", "_bridge_interrupted"],
    ["error", "A script that the server wrote was not run, since no host lets a widget run one."],
  ]);
});
