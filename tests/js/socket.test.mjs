// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { interceptRedirects, markExternal } from "../../mcp_bridge/js/links.js";
import io, { bindBridge, deliver } from "../../mcp_bridge/js/socket.js";
import { settle } from "./stage.mjs";

/** A bridge that records. */
function record() {
  /** @type {any[]} */
  const seen = [];
  bindBridge({
    send: (event, options) => void seen.push(["send", event.name, options]),
    hostAction: (event) => void seen.push(["host", event.name]),
    handlerError: (event) => void seen.push(["error", event.name]),
  });
  return seen;
}

/** Connect as Reflex's runtime does. @param {any[]} updates */
async function connect(updates, auth = {}) {
  const socket = io("ws://widget/_event", { transports: ["websocket"], query: { token: "t" } });
  socket.io.open();
  socket.auth = auth;
  socket.on("event", (update) => updates.push(update));
  socket.connect();
  await settle();
  return socket;
}

test("events go to the bridge by their names", async () => {
  /** reflex-seam: state.js emits everything that it does not handle as "event". */
  const seen = record();
  const socket = await connect([]);
  for (const name of ["state.add", "_host_open_link", "_bridge_error"]) socket.emit("event", { name });
  socket.emit("client_error", { message: "x" });
  assert.deepEqual(seen, [
    ["send", "state.add", {}],
    ["host", "_host_open_link"],
    ["error", "_bridge_error"],
  ]);
  socket.disconnect();
});

test("an update that comes while nothing is connected waits", async () => {
  /** reflex-seam: StrictMode mounts, unmounts and mounts again. */
  /** @type {any[]} */
  const updates = [];
  const first = await connect(updates);
  first.disconnect();
  first.off();
  deliver({ delta: { a: { b: 1 } }, events: [] });
  assert.deepEqual(updates, []);
  const second = await connect(updates);
  deliver({ delta: {}, events: [{ name: "x" }] });
  assert.deepEqual(updates, [
    { delta: { a: { b: 1 } }, events: [] },
    { delta: {}, events: [{ name: "x" }] },
  ]);
  second.disconnect();
});

test("the hydrate event is not sent, but stored client values go along lazily, once", async () => {
  /** reflex-seam: state.js puts the hydrate event into socket.auth. */
  const seen = record();
  const boot = (/** @type {any} */ payload) => ({ event: { name: "root.hydrate_and_load", payload } });
  (await connect([], boot({ hashes: [] }))).disconnect();
  (await connect([], boot({ vars: { "a.b": "1" } }))).disconnect();
  (await connect([], boot({ vars: { "a.b": "1" } }))).disconnect();
  const name = "root.reflex___state____update_vars_internal_state.update_vars_internal";
  assert.deepEqual(seen, [["send", name, { isLazy: true }]]);
});

test("redirects to a web address are marked external, wherever they come from", () => {
  /** reflex-seam: state.js would replace the frame's document. */
  const away = { name: "_redirect", payload: { path: "https://example.com/", external: false } };
  const inside = { name: "_redirect", payload: { path: "/other", external: false } };
  assert.deepEqual(markExternal([inside, [away, null]]), [
    inside,
    [{ name: "_redirect", payload: { path: "https://example.com/", external: true } }, null],
  ]);
  /** @type {any[]} */
  const added = [];
  const eventLoop = { addEvents: (/** @type {any} */ _events) => {} };
  interceptRedirects(eventLoop);
  eventLoop.addEvents = (events) => void added.push(events);
  eventLoop.addEvents([away]);
  assert.equal(added[0][0].payload.external, true);
});
