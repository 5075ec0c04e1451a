// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createChannel } from "../../mcp_bridge/js/channel.js";
import { config, createClock, settle, wire } from "./stage.mjs";

const STATE = "reflex___state____state.app___hello____hello";
const SESSION = wire("open_result")._meta["mcp-bridge"].session;

/** An update as the server answers it. */
const answer = (/** @type {any} */ update, session = SESSION) => ({
  content: [],
  _meta: { "mcp-bridge": { session, update: { full: false, vars: {}, events: [], pending: false, ...update } } },
});

const count = (/** @type {number} */ value) => ({ [STATE]: { count_rx_state_: value } });

const refusal = (/** @type {string} */ code, retry = false) => {
  const result = wire("event_error");
  result._meta["mcp-bridge"].error = { code, message: `refused: ${code}`, retry };
  return result;
};

/** A channel that is open, with a tool whose calls are answered by hand. */
function openChannel({ isHidden = () => /** @type {boolean} */ (false) } = {}) {
  /** @type {Array<{ name: string, arguments: any, resolve: (result: any) => void, reject: (error: any) => void }>} */
  const calls = [];
  /** @type {any[]} */
  const updates = [];
  /** @type {any[]} */
  const refused = [];
  const clock = createClock();
  const channel = createChannel({
    callTool: (name, args) =>
      new Promise((resolve, reject) => {
        calls.push({ name, arguments: structuredClone(args), resolve, reject });
      }),
    config,
    mount: "9f2c41d07be3586a",
    onUpdate: (update) => updates.push(update),
    onRefused: (error) => refused.push(error),
    timers: clock,
    isHidden,
  });
  channel.open(wire("open_result")._meta["mcp-bridge"]);
  const send = (/** @type {string} */ name, payload = {}) => channel.send({ name: `${STATE}.${name}`, payload });
  const seqs = (/** @type {number} */ index) => calls[index].arguments.events.map((/** @type {any} */ event) => event.seq);
  const reply = async (/** @type {number} */ index, /** @type {any} */ result) => {
    if (result instanceof Error) calls[index].reject(result);
    else calls[index].resolve(result);
    await settle();
  };
  return { channel, calls, updates, refused, clock, send, seqs, reply, status: () => channel.getSnapshot().status };
}

test("opening hands on the first state and calls no tool", () => {
  /** bridge: paint from the tool result. */
  const { calls, updates, channel } = openChannel();
  const { session, update } = wire("open_result")._meta["mcp-bridge"];
  assert.deepEqual(updates, [{ delta: update.vars, events: [], session, version: 2 }]);
  assert.deepEqual(calls, []);
  assert.deepEqual(channel.base(), { version: 2, vars: update.vars });
});

test("an event is one call of the shape that the server reads", async () => {
  /** bridge: the wire; undefined goes as null, as in Reflex's own encoder. */
  const { channel, calls, updates, reply, status } = openChannel();
  channel.send({
    name: `${STATE}.add`,
    payload: { by: 1, note: undefined },
    router_data: { pathname: "/widgets/hello", asPath: "/widgets/hello" },
  });
  assert.equal(status(), "busy");
  await settle();
  assert.deepEqual({ name: calls[0].name, arguments: calls[0].arguments }, wire("event_request"));
  await reply(0, wire("event_result"));
  const event = { name: "_set_focus", payload: { ref: "ref_name" } };
  assert.deepEqual(updates.at(-1), { delta: count(1), events: [event], session: SESSION, version: 4 });
  assert.equal(channel.base().vars[STATE].name_rx_state_, "Ada");
  assert.equal(status(), "idle");
});

test("events that queue while a call is in flight go as one batch", async () => {
  /** bridge: one call in flight. */
  const { calls, send, seqs, reply } = openChannel();
  send("a");
  send("b");
  send("c");
  await settle();
  assert.equal(calls.length, 1);
  await reply(0, answer({ version: 3, ack: 1 }));
  assert.equal(calls.length, 2);
  assert.deepEqual([seqs(0), seqs(1)], [[1], [2, 3]]);
});

test("a batch has at most 50 events", async () => {
  /** bridge: the server's limit. */
  const { calls, send, seqs, reply } = openChannel();
  for (let i = 0; i < 60; i++) send("a");
  await settle();
  await reply(0, answer({ version: 3, ack: 1 }));
  assert.equal(seqs(1).length, 50);
  await reply(1, answer({ version: 4, ack: 51 }));
  assert.equal(seqs(2).length, 9);
  assert.equal(calls.length, 3);
});

test("a batch has at most 256 KB", async () => {
  /** bridge: the server's limit. */
  const { send, seqs, reply } = openChannel();
  const text = "x".repeat(100 * 1024);
  for (let i = 0; i < 4; i++) send("a", { text });
  await settle();
  await reply(0, answer({ version: 3, ack: 1 }));
  assert.deepEqual(seqs(1), [2, 3]);
});

test("a lost answer is asked for again with the same sequence numbers", async () => {
  /** bridge: the event is never lost and never repeated. */
  const { calls, send, seqs, reply, clock, updates } = openChannel();
  send("a");
  await settle();
  await reply(0, new Error("lost"));
  send("b");
  await clock.pass(300);
  assert.deepEqual([seqs(0), seqs(1)], [[1], [1]]);
  await reply(1, answer({ version: 3, ack: 1, vars: count(1) }));
  assert.deepEqual(seqs(2), [2]);
  assert.equal(calls.length, 3);
  assert.deepEqual(updates.at(-1).delta, count(1));
});

test("after two automatic repeats the person decides, and nothing is lost", async () => {
  /** bridge: a failed call shows as an error with a retry. */
  const { channel, calls, send, seqs, reply, clock, status } = openChannel();
  send("a");
  await settle();
  await reply(0, new Error("the network is gone"));
  await clock.pass(300);
  await reply(1, new Error("the network is gone"));
  await clock.pass(1200);
  await reply(2, new Error("the network is gone"));
  await clock.pass(60_000);
  assert.equal(calls.length, 3);
  assert.deepEqual(channel.getSnapshot(), { status: "error", code: "internal", message: "the network is gone" });
  channel.retry();
  assert.equal(status(), "busy");
  assert.deepEqual(seqs(3), [1]);
  await reply(3, answer({ version: 3, ack: 1 }));
  assert.equal(status(), "idle");
});

test("a new event in the error state tries again too", async () => {
  /** bridge: the next click is a retry. */
  const { send, seqs, reply, clock } = openChannel();
  send("a");
  for (const [index, ms] of [300, 1200, 0].entries()) {
    await settle();
    await reply(index, new Error("gone"));
    await clock.pass(ms);
  }
  send("b");
  assert.deepEqual(seqs(3), [1]);
  await reply(3, answer({ version: 3, ack: 1 }));
  assert.deepEqual(seqs(4), [2]);
});

test("a repeated answer changes nothing and fires no event twice", async () => {
  /** bridge: hosts repeat results. */
  const { channel, updates, send, reply } = openChannel();
  send("add");
  await settle();
  await reply(0, wire("event_result"));
  channel.open(wire("event_result")._meta["mcp-bridge"]);
  assert.deepEqual(updates.slice(2), [{ delta: count(1), events: [], session: SESSION, version: 4 }]);
});

test("a late answer is ignored, but its acknowledgement counts", async () => {
  /** bridge: answers that overtake one another. */
  const { channel, calls, updates, send, reply, clock } = openChannel();
  send("start");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(0);
  assert.equal(calls[1].name, "reflex_poll");
  send("stop");
  await settle();
  await reply(1, answer({ version: 9, ack: 1, vars: count(9) }));
  const seen = updates.length;
  await reply(2, answer({ version: 5, ack: 2, vars: count(5) }));
  assert.equal(updates.length, seen);
  assert.equal(channel.base().version, 9);
  await clock.pass(60_000);
  assert.equal(calls.length, 3);
});

test("the opening result that a host stored does not undo later updates", async () => {
  /** bridge: a reload of the host redelivers the first result. */
  const { channel, updates, send, reply } = openChannel();
  send("add");
  await settle();
  await reply(0, wire("event_result"));
  channel.open(wire("open_result")._meta["mcp-bridge"]);
  assert.equal(updates.length, 2);
  assert.equal(channel.base().vars[STATE].count_rx_state_, 1);
});

test("a server that starts its versions anew is believed when it sends everything", async () => {
  /** bridge: an unknown version gives the full state. */
  const { channel, send, reply } = openChannel();
  send("add");
  await settle();
  await reply(0, answer({ version: 1, full: true, ack: 1, vars: count(7) }));
  assert.deepEqual(channel.base(), { version: 1, vars: count(7) });
});

test("an answer of another session is ignored", async () => {
  /** bridge: the host ran the tool again for the same frame. */
  const { channel, updates, send, reply, status } = openChannel();
  send("add");
  await settle();
  const other = wire("open_result")._meta["mcp-bridge"];
  channel.open({ ...other, session: "another" });
  assert.equal(updates.at(-1).session, "another");
  await reply(0, answer({ version: 99, ack: 1, vars: count(99) }));
  assert.equal(channel.base().version, 2);
  assert.equal(status(), "idle");
});

test("pending is polled until it ends", async () => {
  /** bridge: long work. */
  const { calls, updates, send, reply, clock, status } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(0);
  assert.deepEqual(calls[1].arguments, { session: SESSION, mount: "9f2c41d07be3586a", since: 3, in_content: false });
  await reply(1, answer({ version: 4, ack: 1, pending: true, vars: count(4) }));
  await clock.pass(150);
  await reply(2, answer({ version: 5, ack: 1, vars: count(5) }));
  await clock.pass(60_000);
  assert.equal(calls.length, 3);
  assert.deepEqual(updates.at(-1).delta, count(5));
  assert.equal(status(), "idle");
});

test("a failed poll waits longer each time, and is shown after three", async () => {
  /** bridge: backoff. */
  const { calls, send, reply, clock, status, channel } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(0);
  await reply(1, new Error("gone"));
  await clock.pass(499);
  assert.equal(calls.length, 2);
  await clock.pass(1);
  await reply(2, new Error("gone"));
  assert.notEqual(status(), "error");
  await clock.pass(1000);
  await reply(3, new Error("gone"));
  assert.equal(status(), "error");
  channel.retry();
  await clock.pass(0);
  await reply(4, answer({ version: 4, ack: 1 }));
  assert.equal(status(), "idle");
});

test("a hidden document does not poll until it is seen again", async () => {
  /** bridge: no calls for a widget that nobody sees. */
  let hidden = true;
  const { channel, calls, send, reply, clock } = openChannel({ isHidden: () => hidden });
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(60_000);
  assert.equal(calls.length, 1);
  hidden = false;
  channel.wake();
  await clock.pass(0);
  assert.equal(calls.length, 2);
});

test("a stopped channel polls and sends no more", async () => {
  /** spec: MCP Apps 2026-01-26, ui/resource-teardown. */
  const { channel, calls, send, reply, clock } = openChannel();
  send("long");
  await settle();
  channel.stop();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  send("more");
  await clock.pass(60_000);
  assert.equal(calls.length, 1);
});

test("an event that was lost with its run goes again", async () => {
  /** bridge: the server restarted during the run. */
  const { send, seqs, reply, clock } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 0, pending: true }));
  await clock.pass(0);
  await reply(1, answer({ version: 3, ack: 0 }));
  assert.deepEqual(seqs(2), [1]);
});

test("one refused event of a batch costs only itself, and numbers stay without gaps", async () => {
  /** bridge: the server refuses a batch as a whole and takes numbers in order. */
  const { send, seqs, reply, refused, calls, status } = openChannel();
  send("first");
  send("good");
  send("bad");
  send("fine");
  await settle();
  await reply(0, answer({ version: 3, ack: 1 }));
  await reply(1, refusal("unknown_event"));
  await reply(2, answer({ version: 4, ack: 2 }));
  await reply(3, refusal("unknown_event"));
  await reply(4, answer({ version: 5, ack: 3 }));
  assert.deepEqual([1, 2, 3, 4].map(seqs), [[2, 3, 4], [2], [3], [3]]);
  assert.deepEqual(calls[4].arguments.events[0].name, `${STATE}.fine`);
  assert.deepEqual(refused, [{ code: "unknown_event", message: "refused: unknown_event" }]);
  assert.equal(status(), "idle");
});

test("a session that the server no longer has ends the channel until it is opened again", async () => {
  /** bridge: an unknown session is reported, never created. */
  const { channel, calls, send, reply, status, updates } = openChannel();
  send("add");
  await settle();
  await reply(0, wire("event_error"));
  assert.equal(status(), "expired");
  send("add");
  await settle();
  assert.equal(calls.length, 1);
  const reopened = channel.reopen({ tool: "hello", arguments: { name: "Ada" } });
  assert.deepEqual(calls[1].arguments, {
    open: { tool: "hello", arguments: { name: "Ada" } },
    mount: "9f2c41d07be3586a",
    since: 0,
    events: [],
    in_content: true,
  });
  const { _meta, ...rest } = wire("open_result");
  const part = { ..._meta["mcp-bridge"], session: "new" };
  await reply(1, { ...rest, structuredContent: { "mcp-bridge": part } });
  await reopened;
  assert.equal(status(), "idle");
  assert.equal(updates.at(-1).session, "new");
});

test("a refusal that may pass is repeated", async () => {
  /** bridge: `retry` of an error. */
  const { send, seqs, reply, clock } = openChannel();
  send("a");
  await settle();
  await reply(0, refusal("internal", true));
  await clock.pass(300);
  assert.deepEqual(seqs(1), [1]);
});

test("a host that drops _meta is asked for the update in structuredContent", async () => {
  /** bridge: known defect of hosts, protocol 1.7. */
  const { calls, send, reply, updates } = openChannel();
  send("add");
  await settle();
  const { _meta, ...rest } = wire("event_result");
  await reply(0, rest);
  assert.equal(calls[1].arguments.in_content, true);
  assert.deepEqual({ ...calls[1].arguments, in_content: false }, calls[0].arguments);
  await reply(1, { ...rest, structuredContent: _meta });
  assert.deepEqual(updates.at(-1).delta, count(1));
  send("add");
  await settle();
  assert.equal(calls[2].arguments.in_content, true);
});

test("a call that the host refused with a text shows that text", async () => {
  /** bridge: the person may have denied the call; asking at once again would be rude. */
  const { channel, calls, send, reply, clock } = openChannel();
  send("add");
  await settle();
  await reply(0, { isError: true, content: [{ type: "text", text: "The user declined." }] });
  await clock.pass(60_000);
  assert.equal(calls.length, 1);
  assert.deepEqual(channel.getSnapshot(), { status: "error", code: "unsupported", message: "The user declined." });
});

test("a lazy event goes with the next one", async () => {
  /** bridge: stored client values cost no call. */
  const { channel, calls, send, seqs } = openChannel();
  channel.send({ name: `${STATE}.stored` }, { isLazy: true });
  await settle();
  assert.equal(calls.length, 0);
  send("add");
  await settle();
  assert.deepEqual(seqs(0), [1, 2]);
});
