// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHandover } from "../../mcp_bridge/preview/handover.js";

/** @param {any} part @returns {any} */
const told = (part) => ({ content: [], _meta: { other: 1, "mcp-bridge": part } });
const opening = told({ session: "a", tool: "hello", update: { version: 1, full: true, vars: { S: { n: 1, m: 0 } }, seal: "s1", ack: 0, pending: true } });

/** @param {any[]} results */
function after(...results) {
  const handover = createHandover();
  handover.take(opening);
  results.forEach(handover.take);
  return handover.result(opening)._meta["mcp-bridge"];
}

test("the newest values of each var are handed over, with the newest seal", () => {
  /** bridge: hot reload in a host that keeps nothing for a widget. */
  const part = after(told({ session: "a", update: { version: 3, vars: { S: { n: 5 } }, ack: 2, seal: "s3" } }), told({ session: "a", update: { version: 4, vars: {}, ack: 2 } }));
  assert.deepEqual([part.session, part.tool], ["a", "hello"]);
  assert.deepEqual(part.update, { version: 4, full: true, vars: { S: { n: 5, m: 0 } }, seal: "s3", context: undefined, events: [], ack: 0, pending: false });
});

test("a late answer, a refusal and a foreign result change nothing", () => {
  /** bridge: the widget ignores them too. */
  const late = told({ session: "a", update: { version: 0, vars: { S: { n: 9 } }, ack: 0 } });
  const part = after(late, told({ error: { code: "x" } }), { content: [] }, undefined);
  assert.deepEqual([part.update.version, part.update.vars], [1, { S: { n: 1, m: 0 } }]);
});

test("a restored session has versions of its own", () => {
  /** bridge: it is what the next version belongs to. */
  const part = after(told({ session: "b", update: { version: 0, full: true, vars: { S: { n: 7 } }, seal: "t" } }));
  assert.deepEqual([part.session, part.update.version, part.update.vars, part.update.seal], ["b", 0, { S: { n: 7 } }, "t"]);
});

test("without a part of the bridge the result stays as it is", () => {
  /** bridge: tools of others. */
  const other = { content: [] };
  assert.equal(createHandover().result(other), other);
});
