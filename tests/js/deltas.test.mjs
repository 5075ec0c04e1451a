// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createDecoder, eventLabel, stateLabel } from "../../mcp_bridge/preview/deltas.js";
import { differences } from "../../mcp_bridge/preview/differences.js";

const wire = (/** @type {string} */ name) => JSON.parse(readFileSync(new URL(`../wire/${name}.json`, import.meta.url), "utf8"));
const HELLO = "reflex___state____state.app___hello____hello";

/** @param {object} update */
const answer = (update) => ({ _meta: { "mcp-bridge": { update: { full: false, vars: {}, events: [], ack: 0, pending: false, ...update } } } });

/** A decoder that has seen the opening of the wire examples. */
const opened = () => {
  const decoder = createDecoder();
  decoder.opening(wire("open_result"));
  return decoder;
};

/** @param {ReturnType<typeof createDecoder>} decoder @param {object} update @param {object} [args] */
const poll = (decoder, update, args = { since: 2 }) => decoder.call({ name: "reflex_poll", arguments: args, result: answer(update), ms: 1 });

test("names of Reflex are shown as their author wrote them", () => {
  /** reflex-seam: a State's full name has its module and its class in snake case. */
  assert.equal(stateLabel("reflex___state____state.app___flights____flight_state"), "FlightState");
  assert.equal(eventLabel(`${HELLO}.add`), "Hello.add");
  assert.equal(eventLabel("_redirect"), "_redirect");
});

test("the opening result is all vars, each new", () => {
  /** bridge: tests/wire/open_result.json. */
  const exchange = createDecoder().opening(wire("open_result"));
  assert.equal(exchange?.kind, "open");
  assert.equal(exchange?.isFull, true);
  assert.deepEqual(
    exchange?.changes.map(({ label, before, after }) => [label, before, after]),
    [["State.is_hydrated", undefined, true], ["Hello.name", undefined, "Ada"], ["Hello.count", undefined, 0]],
  );
  assert.equal(createDecoder().opening({ content: [] }), null);
});

test("an event goes up, a changed var and a frontend event come down", () => {
  /** bridge: tests/wire/event_request.json and event_result.json. */
  const decoder = opened();
  const exchange = decoder.call({ ...wire("event_request"), result: wire("event_result"), ms: 12 });
  assert.deepEqual(exchange, {
    kind: "event",
    name: "reflex_event",
    ms: 12,
    sent: [{ seq: 1, name: `${HELLO}.add`, label: "Hello.add", payload: { by: 1, note: null }, files: [] }],
    cancels: [],
    since: 2,
    version: 4,
    isFull: false,
    isLate: false,
    isPending: false,
    ack: 1,
    changes: [{ label: "Hello.count", key: `${HELLO}.count_rx_state_`, before: 0, after: 1, parts: [], isCut: false }],
    same: 0,
    steps: 0,
    events: [{ version: 4, name: "_set_focus", payload: { ref: "ref_name" } }],
    context: null,
    sealBytes: 0,
    error: null,
    rung: "",
    notice: "",
  });
  assert.equal(decoder.version(), 4);
});

test("a repeated answer changes nothing, and its frontend events count once", () => {
  /** bridge: answers carry absolute values since a version. */
  const decoder = opened();
  const call = { ...wire("event_request"), result: wire("event_result"), ms: 1 };
  decoder.call(call);
  const again = decoder.call(call);
  assert.deepEqual([again.changes, again.same, again.events, again.isLate], [[], 1, [], false]);
});

test("a late answer is shown as one that the widget ignores", () => {
  /** bridge: js/channel.js, `receive`. */
  const decoder = opened();
  poll(decoder, { version: 9, vars: { [HELLO]: { count_rx_state_: 5 } } });
  const late = poll(decoder, { version: 6, vars: { [HELLO]: { count_rx_state_: 3 } } });
  assert.deepEqual([late.isLate, late.changes, decoder.vars()[HELLO].count_rx_state_], [true, [], 5]);
});

test("a full answer with a lower version than asked for starts anew", () => {
  /** bridge: a server that lost its mailbox answers the full state. */
  const decoder = opened();
  poll(decoder, { version: 9 });
  const reset = poll(decoder, { version: 1, full: true, vars: { [HELLO]: { count_rx_state_: 7 } } }, { since: 9 });
  assert.deepEqual([reset.isLate, reset.isFull, decoder.version(), decoder.vars()], [false, true, 1, { [HELLO]: { count_rx_state_: 7 } }]);
});

test("pending, steps, what the model is told and the seal's size are kept", () => {
  /** bridge: mcp_bridge/answers.py. */
  const context = { structuredContent: { count: 1 }, text: "One." };
  const exchange = poll(opened(), { version: 3, pending: true, steps: [[0, {}], [40, {}]], context, seal: "x".repeat(900) });
  assert.deepEqual([exchange.kind, exchange.isPending, exchange.steps, exchange.context, exchange.sealBytes], ["poll", true, 2, context, 900]);
});

test("refusals and failures are told apart", () => {
  /** bridge: tests/wire/event_error.json; a host may fail before the server has the call, or drop `_meta`. */
  const call = wire("event_request");
  const refused = opened().call({ ...call, result: wire("event_error"), ms: 1 });
  assert.deepEqual([refused.error?.code, refused.error?.retry], ["unknown_session", false]);
  const failed = opened().call({ ...call, error: "The host is offline.", ms: 1 });
  assert.deepEqual(failed.error, { code: "failed", message: "The host is offline.", retry: true });
  const dropped = opened().call({ ...call, result: { content: [{ type: "text", text: "Done." }] }, ms: 1 });
  assert.equal(dropped.error?.code, "no_update");
  const inContent = opened().call({ ...call, result: { structuredContent: wire("event_result")._meta }, ms: 1 });
  assert.equal(inContent.changes.length, 1);
});

test("each use of the event tool has its kind", () => {
  /** bridge: mcp_bridge/js/channel.js. */
  const kind = (/** @type {object} */ args) => opened().call({ name: "reflex_event", arguments: args, result: answer({ version: 2 }), ms: 1 }).kind;
  assert.equal(kind({ restore: { session: "a" }, events: [] }), "restore");
  assert.equal(kind({ open: { tool: "hello" }, events: [] }), "reopen");
  assert.equal(kind({ upload: { id: "a" }, events: [] }), "upload");
  assert.equal(kind({ events: [], cancel: [`${HELLO}.add`] }), "cancel");
});

test("differences are paths, and bounded", () => {
  /** bridge: a list of thousands of rows must not freeze the page. */
  const row = { id: 1, price: 10, name: "a", left: 3 };
  assert.deepEqual(differences({ rows: [row, row] }, { rows: [row, { ...row, price: 12 }] }).parts, [{ path: "rows[1].price", before: 10, after: 12 }]);
  assert.deepEqual(differences([1], [1, 2]).parts, [{ path: "[1]", before: undefined, after: 2 }]);
  assert.deepEqual(differences({ a: 1 }, 2), { isEqual: false, parts: [], isCut: false });
  assert.equal(differences({ a: [1, { b: null }] }, { a: [1, { b: null }] }).isEqual, true);
  const other = { id: 2, price: 9, name: "b", left: 3 };
  assert.deepEqual(differences([row], [other]).parts, [{ path: "[0]", before: row, after: other }]);
  const many = differences(Array(5000).fill(0), Array(5000).fill(1));
  assert.deepEqual([many.parts.length, many.isCut], [12, true]);
  const same = Array.from({ length: 200_000 }, () => ({ a: 1 }));
  assert.equal(differences(same, structuredClone(same)).isCut, true);
});
