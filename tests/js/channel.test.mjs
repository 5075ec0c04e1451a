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

/** The seal that the tests' browser has kept. */
const SEAL = "c2VhbGVk";
const restoration = (/** @type {string} */ session) => ({
  session,
  seal: SEAL,
  tool: "hello",
  arguments: { name: "Ada" },
});

/** The answer to a question for a lost session. */
const restored = (/** @type {any} */ rest = {}, /** @type {any} */ update = {}) => {
  const part = wire("open_result")._meta["mcp-bridge"];
  const whole = { ...part.update, version: 1, ...update };
  return { content: [], _meta: { "mcp-bridge": { ...part, rung: "snapshot", notice: null, ...rest, update: whole } } };
};

/** A channel that is open, with a tool whose calls are answered by hand. @param {any} [options] */
function openChannel({ isHidden = () => false, live = false, ...options } = {}) {
  /** @type {Array<{ name: string, arguments: any, resolve: (result: any) => void, reject: (error: any) => void }>} */
  const calls = [];
  /** @type {any[]} */
  const updates = [];
  /** @type {any[]} */
  const refused = [];
  /** @type {any[]} */
  const steps = [];
  /** @type {any[]} */
  const confirmed = [];
  /** @type {string[]} */
  const notices = [];
  const clock = createClock();
  const channel = createChannel({
    callTool: (name, args) =>
      new Promise((resolve, reject) => {
        calls.push({ name, arguments: structuredClone(args), resolve, reject });
      }),
    config: { ...config, live },
    mount: "9f2c41d07be3586a",
    onUpdate: (update) => updates.push(update),
    onStep: (vars) => steps.push(vars),
    onConfirmed: (each) => confirmed.push(each),
    onNotice: (message) => notices.push(message),
    onRefused: (error) => refused.push(error),
    timers: clock,
    isHidden,
    ...options,
  });
  channel.open(wire("open_result")._meta["mcp-bridge"]);
  const send = (/** @type {string} */ name, payload = {}) => channel.send({ name: `${STATE}.${name}`, payload });
  const seqs = (/** @type {number} */ index) => calls[index].arguments.events.map((/** @type {any} */ event) => event.seq);
  const reply = async (/** @type {number} */ index, /** @type {any} */ result) => {
    if (result instanceof Error) calls[index].reject(result);
    else calls[index].resolve(result);
    await settle();
  };
  const status = () => channel.getSnapshot().status;
  return { channel, calls, updates, steps, confirmed, notices, refused, clock, send, seqs, reply, status };
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

test("a call that a person denied is not made again by itself", async () => {
  /** bridge: a host tells a denial as an error too, in words alone; the person would have to deny it three times. */
  for (const message of ["The person did not allow this call.", "Tool call denied by user", "User declined"]) {
    const { channel, calls, send, reply, clock } = openChannel();
    send("add");
    await settle();
    await reply(0, new Error(message));
    await clock.pass(60_000);
    assert.equal(calls.length, 1);
    assert.deepEqual(channel.getSnapshot(), { status: "error", code: "internal", message });
    channel.retry();
    await settle();
    assert.equal(calls.length, 2);
  }
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

test("the views that a handler yielded are shown before the update and its events", async () => {
  /** bridge: early delivery; `base` is the confirmed state all the while. */
  const { channel, steps, updates, confirmed, send, reply, clock } = openChannel();
  send("long");
  await settle();
  const events = [[6, { name: "_set_focus", payload: { ref: "ref_name" } }]];
  const played = [[0, count(4)], [100, count(5)], [100, count(6)]];
  await reply(0, answer({ version: 6, ack: 1, vars: count(6), events, steps: played, seal: SEAL }));
  assert.equal(channel.base().vars[STATE].count_rx_state_, 6);
  assert.deepEqual(confirmed.at(-1), { session: SESSION, version: 6, seal: SEAL, context: undefined, isStored: false });
  await clock.pass(0);
  await clock.pass(100);
  assert.deepEqual([steps, updates.length], [[count(4), count(5)], 1]);
  await clock.pass(100);
  assert.deepEqual(updates.at(-1), { delta: count(6), events: [events[0][1]], session: SESSION, version: 6 });
});

for (const [what, cut] of /** @type {Array<[string, (channel: any) => void]>} */ ([
  ["a new event", (channel) => channel.send({ name: `${STATE}.add` })],
  ["a cancel", (channel) => channel.cancel(`${STATE}.long`)],
  ["a document that is hidden", (channel) => channel.rest()],
  ["the end of the widget", (channel) => channel.stop()],
  ["another session", (channel) => channel.open({ ...wire("open_result")._meta["mcp-bridge"], session: "another" })],
])) {
  test(`${what} cuts a playback short and loses nothing of it`, async () => {
    /** bridge: values and events of the update come at once. */
    const { channel, steps, updates, send, reply, clock } = openChannel();
    send("long");
    await settle();
    const events = [[5, { name: "_set_focus", payload: { ref: "ref_name" } }]];
    await reply(0, answer({ version: 5, ack: 1, vars: count(5), events, steps: [[50, count(4)], [50, count(5)]] }));
    assert.equal(updates.length, 1);
    cut(channel);
    assert.deepEqual(updates[1], { delta: count(5), events: [events[0][1]], session: SESSION, version: 5 });
    await clock.pass(1000);
    assert.deepEqual(steps, []);
  });
}

test("a poll's answer waits for the playback before it, a repeat changes nothing, and an event's answer waits for none", async () => {
  /** bridge: updates are shown in order, each whole. */
  const { channel, updates, steps, send, reply, clock } = openChannel();
  const deltas = () => updates.slice(1).map(({ delta }) => delta);
  send("long");
  await settle();
  const played = answer({ version: 5, ack: 1, pending: true, vars: count(5), steps: [[50, count(4)], [500, count(5)]] });
  await reply(0, played);
  channel.open(played._meta["mcp-bridge"]);
  await clock.pass(50);
  await reply(1, answer({ version: 6, ack: 1, pending: true, vars: count(6), steps: [[0, count(7)], [50, count(6)]] }));
  assert.deepEqual([steps, deltas()], [[count(4)], []]);
  await clock.pass(500);
  assert.deepEqual(deltas(), [count(5)]);
  send("quick");
  assert.deepEqual(deltas(), [count(5), count(6)]);
  await reply(2, answer({ version: 7, ack: 1, pending: true, vars: count(7), steps: [[50, count(8)], [50, count(7)]] }));
  assert.equal(deltas().length, 2);
  await reply(3, answer({ version: 8, ack: 2, vars: count(8) }));
  assert.deepEqual(deltas(), [count(5), count(6), count(7), count(8)]);
});

test("an event that is pending and not acknowledged is not sent again by itself", async () => {
  /** bridge: the acknowledgement counts effects that are committed. */
  const { calls, send, seqs, reply, clock, status } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 0, pending: true }));
  send("quick");
  await settle();
  // With the second event the first one goes again; by itself it does not.
  assert.deepEqual(seqs(1), [1, 2]);
  await reply(1, answer({ version: 4, ack: 0, pending: true }));
  await clock.pass(150);
  assert.equal(calls[2].name, "reflex_poll");
  await reply(2, answer({ version: 5, ack: 0, pending: true }));
  assert.equal(status(), "busy");
  await clock.pass(150);
  await reply(3, answer({ version: 6, ack: 2 }));
  await clock.pass(60_000);
  assert.deepEqual([calls.length, status()], [4, "idle"]);
});

test("an answer from before a run does not end its polling", async () => {
  /** bridge: answers that overtake one another. */
  const { calls, send, reply, clock } = openChannel();
  send("first");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(0);
  send("second");
  await settle();
  await reply(2, answer({ version: 3, ack: 2, pending: true }));
  await reply(1, answer({ version: 3, ack: 1 }));
  await clock.pass(150);
  assert.equal(calls[3].name, "reflex_poll");
  await reply(3, answer({ version: 4, ack: 2 }));
  await clock.pass(60_000);
  assert.equal(calls.length, 4);
});

test("a stored result that comes again does not end the polling", async () => {
  /** bridge: hosts repeat results. */
  const { channel, calls, send, reply, clock } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 2, ack: 1, pending: true }));
  channel.open(wire("open_result")._meta["mcp-bridge"]);
  await clock.pass(0);
  assert.equal(calls[1].name, "reflex_poll");
});

test("a live widget always has one poll open while it is seen", async () => {
  /** bridge: others change what it shows. */
  let hidden = false;
  const { channel, calls, updates, reply, clock } = openChannel({ live: true, isHidden: () => hidden });
  await clock.pass(0);
  await reply(0, answer({ version: 3, ack: 0, vars: count(3) }));
  assert.deepEqual(updates.at(-1).delta, count(3));
  await clock.pass(150);
  assert.equal(calls.length, 2);
  await reply(1, answer({ version: 3, ack: 0 }));
  await clock.pass(999);
  assert.equal(calls.length, 2);
  await clock.pass(1);
  hidden = true;
  await reply(2, answer({ version: 3, ack: 0 }));
  await clock.pass(60_000);
  assert.equal(calls.length, 3);
  hidden = false;
  channel.wake();
  await clock.pass(0);
  assert.equal(calls.length, 4);
  channel.stop();
  await reply(3, answer({ version: 4, ack: 0 }));
  await clock.pass(60_000);
  assert.equal(calls.length, 4);
});

test("a cancel goes at once, also while a poll waits", async () => {
  /** bridge: a running handler can be stopped. */
  const { channel, calls, send, reply, clock, status } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 0, pending: true }));
  await clock.pass(0);
  assert.equal(calls[1].name, "reflex_poll");
  channel.cancel(`${STATE}.long`);
  await settle();
  const { in_content: _, ...args } = calls[2].arguments;
  assert.deepEqual(args, { session: SESSION, mount: "9f2c41d07be3586a", since: 3, events: [], cancel: [`${STATE}.long`] });
  assert.equal(status(), "busy");
  await reply(2, answer({ version: 4, ack: 1 }));
  assert.equal(status(), "idle");
  send("add");
  await settle();
  assert.equal(calls[3].arguments.cancel, undefined);
});

test("a cancel drops what waits of the handler, and numbers stay without gaps", async () => {
  /** bridge: an event that was sent may be running; it is the server that stops it. */
  const { channel, calls, send, seqs, reply } = openChannel();
  for (const name of ["long", "long", "other", "long"]) send(name);
  channel.cancel(`${STATE}.long`);
  send("last");
  await settle();
  await reply(0, answer({ version: 3, ack: 1 }));
  assert.deepEqual([seqs(0), seqs(1)], [[1], [2, 3]]);
  assert.deepEqual(
    calls[1].arguments.events.map((/** @type {any} */ event) => event.name),
    [`${STATE}.other`, `${STATE}.last`],
  );
  assert.deepEqual(calls[1].arguments.cancel, [`${STATE}.long`]);
});

test("a lost cancel is repeated, and comes after the call that was repeated before it", async () => {
  /** bridge: the server cancels before it runs the events of the same call. */
  const { channel, calls, send, seqs, reply, clock } = openChannel();
  send("long");
  await settle();
  await reply(0, new Error("lost"));
  channel.cancel(`${STATE}.long`);
  await settle();
  await clock.pass(300);
  assert.deepEqual([seqs(1), calls[1].arguments.cancel], [[1], undefined]);
  await reply(1, answer({ version: 3, ack: 0, pending: true }));
  assert.deepEqual([seqs(2), calls[2].arguments.cancel], [[], [`${STATE}.long`]]);
  await reply(2, new Error("lost"));
  await clock.pass(300);
  const last = calls.findLast(({ name }) => name === "reflex_event");
  assert.deepEqual(last?.arguments.cancel, [`${STATE}.long`]);
});

test("a cancel that the server refuses is dropped", async () => {
  /** bridge: a refusal says so and blocks nothing. */
  const { channel, calls, send, reply, refused, status } = openChannel();
  channel.cancel(`${STATE}.long`);
  await settle();
  await reply(0, refusal("bad_request"));
  assert.deepEqual([refused.length, status()], [1, "idle"]);
  send("add");
  await settle();
  assert.equal(calls[1].arguments.cancel, undefined);
});

test("a lost session is restored by itself, and what was queued goes again", async () => {
  /** bridge: a new server with the sealed snapshot only. */
  const { channel, calls, updates, notices, confirmed, send, seqs, reply, status } = openChannel({ restoration });
  send("a");
  await settle();
  await reply(0, answer({ version: 9, ack: 1 }));
  send("b");
  await settle();
  send("c");
  await reply(1, wire("event_error"));
  assert.deepEqual(calls[2].arguments, {
    restore: { session: SESSION, seal: SEAL, tool: "hello", arguments: { name: "Ada" } },
    mount: "9f2c41d07be3586a",
    since: 0,
    events: [],
    in_content: false,
  });
  assert.equal(status(), "busy");
  await reply(2, restored({ session: "new", notice: "Restored from a copy." }, { ack: 0, vars: count(1) }));
  assert.deepEqual(notices, ["Restored from a copy."]);
  assert.deepEqual(updates.at(-1), { delta: count(1), events: [], session: "new", version: 1 });
  assert.deepEqual(channel.base(), { version: 1, vars: count(1) });
  assert.equal(confirmed.at(-1).isStored, false);
  assert.deepEqual([calls[3].arguments.session, seqs(3)], ["new", [1, 2]]);
  await reply(3, answer({ version: 2, ack: 2 }, "new"));
  assert.equal(status(), "idle");
});

test("a session that is still there goes on with its numbers, and its versions may be new", async () => {
  /** bridge: the first rung; a state manager on disk outlives the mailbox. */
  const { calls, updates, send, seqs, reply } = openChannel({ restoration });
  send("a");
  await settle();
  const lost = { name: "_bridge_interrupted", payload: { message: "A job was interrupted." } };
  await reply(0, answer({ version: 4, ack: 1 }));
  send("b");
  await settle();
  await reply(1, wire("event_error"));
  await reply(2, restored({ rung: "session" }, { version: 2, ack: 1, vars: count(5), events: [[2, lost]] }));
  assert.deepEqual(updates.at(-1), { delta: count(5), events: [lost], session: SESSION, version: 2 });
  assert.deepEqual(seqs(3), [2]);
  assert.equal(calls.length, 4);
});

test("a lost session that a poll finds is restored too, and its work is polled on", async () => {
  /** bridge: the server restarted during a job. */
  const { calls, notices, send, reply, clock, status } = openChannel({ restoration });
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 1, pending: true }));
  await clock.pass(0);
  await reply(1, wire("event_error"));
  await reply(2, restored({ notice: "Restored." }, { pending: true }));
  await clock.pass(0);
  assert.deepEqual([notices, calls[3].name], [["Restored."], "reflex_poll"]);
  await reply(3, answer({ version: 2, ack: 0 }));
  await clock.pass(60_000);
  assert.deepEqual([calls.length, status()], [4, "idle"]);
});

test("a session that cannot be restored ends the channel", async () => {
  /** bridge: the panel with Reopen. */
  for (const code of ["unknown_session", "bad_request"]) {
    const { calls, send, reply, clock, status } = openChannel({ restoration });
    send("a");
    await settle();
    await reply(0, wire("event_error"));
    await reply(1, refusal(code));
    await clock.pass(60_000);
    assert.deepEqual([calls.length, status()], [2, "expired"]);
  }
});

test("a session that is lost again at once is not restored for ever", async () => {
  /** bridge: three times by itself, with growing pauses: a server may restart while the first answer is on its way. */
  const { calls, send, reply, clock, status } = openChannel({ restoration });
  send("a");
  await settle();
  for (const [index, pause] of [
    [0, 0],
    [2, 300],
    [4, 1200],
  ]) {
    await reply(index, wire("event_error"));
    if (pause) {
      await clock.pass(pause - 1);
      assert.deepEqual([calls.length, status()], [index + 1, "busy"]);
      await clock.pass(1);
    }
    assert.ok(calls[index + 1].arguments.restore);
    await reply(index + 1, restored());
  }
  await reply(6, wire("event_error"));
  await clock.pass(60_000);
  assert.deepEqual([calls.length, status()], [7, "expired"]);
});

test("a chunk of a file goes beside the events, and again if it is lost", async () => {
  /** bridge: uploads; the server keeps a repeated chunk once. */
  const { channel, calls, send, reply, clock } = openChannel({ restoration });
  const chunk = { id: "u", file: 0, index: 0, data: "YQ==" };
  send("a");
  const sent = channel.sendChunk(chunk);
  await settle();
  assert.deepEqual([calls[1].name, calls[1].arguments.upload, calls[1].arguments.events], ["reflex_event", chunk, []]);
  await reply(1, new Error("lost"));
  await clock.pass(300);
  assert.deepEqual(calls[2].arguments.upload, chunk);
  await reply(2, { _meta: { "mcp-bridge": { session: SESSION } } });
  await sent;
  const refused = assert.rejects(channel.sendChunk(chunk), { code: "too_large" });
  await settle();
  await reply(3, refusal("too_large"));
  await refused;
  const lost = assert.rejects(channel.sendChunk(chunk), { code: "unknown_session" });
  await settle();
  await reply(4, wire("event_error"));
  await lost;
  // The session is restored for what the person does next.
  assert.ok(calls[5].arguments.restore);
});

test("a restored session that has answered may be restored again", async () => {
  /** bridge: servers restart more than once. */
  const { calls, send, reply } = openChannel({ restoration });
  for (const index of [0, 3]) {
    send("a");
    await settle();
    await reply(index, wire("event_error"));
    await reply(index + 1, restored());
    await reply(index + 2, answer({ version: 2, ack: 1 }));
  }
  assert.equal(calls.length, 6);
});

test("a restore that fails on the way is repeated, then the person decides, and nothing is lost", async () => {
  /** bridge: an answer that was lost may have restored the session, so nothing else is asked before. */
  const { channel, calls, send, seqs, reply, clock, status } = openChannel({ restoration });
  send("a");
  await settle();
  await reply(0, wire("event_error"));
  for (const [index, ms] of [[1, 300], [2, 1200], [3, 60_000]]) {
    await reply(index, new Error("gone"));
    await clock.pass(ms);
  }
  assert.deepEqual([calls.length, status()], [4, "error"]);
  assert.ok(calls.slice(1).every((call) => call.arguments.restore));
  channel.retry();
  await reply(4, restored());
  assert.deepEqual([seqs(5), status()], [[1], "busy"]);
});

test("an event that the server may have lost while it ran goes before the next", async () => {
  /** bridge: numbers are taken without gaps; a state manager on disk outlives a run. */
  const { send, seqs, reply, clock, status } = openChannel();
  send("long");
  await settle();
  await reply(0, answer({ version: 3, ack: 0, pending: true }));
  send("quick");
  await settle();
  await reply(1, refusal("internal", true));
  await clock.pass(300);
  assert.deepEqual([seqs(1), seqs(2)], [[1, 2], [1, 2]]);
  await reply(2, answer({ version: 4, ack: 2 }));
  assert.equal(status(), "idle");
});

test("a session can be restored into a new document", async () => {
  /** bridge: the host kept the session and lost the result. */
  const { channel, calls, updates, reply, status } = openChannel();
  const asked = channel.restore(restoration("kept"));
  assert.equal(status(), "busy");
  await reply(0, restored({ session: "kept", rung: "session" }, { version: 7, vars: count(7) }));
  await asked;
  assert.deepEqual(calls[0].arguments.restore, restoration("kept"));
  assert.deepEqual(updates.at(-1), { delta: count(7), events: [], session: "kept", version: 7 });
  assert.equal(status(), "idle");
});
