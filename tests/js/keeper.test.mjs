// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeeper, createSessionStore } from "../../mcp_bridge/js/keeper.js";
import { memoryStorage } from "../../mcp_bridge/js/storage.js";
import { settle } from "./stage.mjs";

/** A keeper with a host that keeps state, or with one that does not. */
function stage(/** @type {any} */ options = {}) {
  const { privateContent, isKeeping = true, storage = memoryStorage(), base } = options;
  /** @type {any[]} */
  const states = [];
  let now = 0;
  const store = createSessionStore(() => storage, () => ++now);
  const host = {
    widgetState: () => (privateContent ? { privateContent } : undefined),
    async setWidgetState(/** @type {any} */ change) {
      if (isKeeping) states.push(change.privateContent);
      return isKeeping;
    },
  };
  const keeper = createKeeper({ host, store, base });
  /** Keep what an answer has confirmed. */
  const write = (/** @type {any} */ confirmed) => keeper.write({ isStored: false, ...confirmed });
  return { keeper, write, store, storage, states };
}

test("the host keeps the newest at once", async () => {
  /** spec: widgetState.privateContent, protocol 1.4; a frame may be gone in a moment. */
  const { keeper, write, states, storage } = stage();
  await write({ session: "s", version: 1, seal: "one", isStored: true });
  const written = write({ session: "s", version: 2 });
  const kept = { session: "s", version: 2, seal: "one", origin: "s" };
  assert.deepEqual(keeper.read("s"), kept);
  assert.deepEqual(states.at(-1), { ...kept, vars: undefined });
  await written;
  assert.equal(storage.length, 0);
});

test("a new opening takes no seal of the session before it", async () => {
  /** bridge: a snapshot belongs to its session. */
  const { keeper, write, states } = stage({ privateContent: { session: "old", version: 7, seal: "old seal" } });
  assert.deepEqual(keeper.read(), { session: "old", version: 7, seal: "old seal", origin: "old" });
  await write({ session: "new", version: 1, isStored: true });
  assert.deepEqual(keeper.read(), { session: "new", version: 1, origin: "new" });
  assert.deepEqual(states, [{ session: "new", version: 1, seal: undefined, origin: "new", vars: undefined }]);
});

test("elsewhere the browser keeps it, for whoever knows the session", async () => {
  /** bridge: hosts without widgetState. */
  const { keeper, write, storage } = stage({ isKeeping: false });
  await write({ session: "s", version: 3, seal: "three" });
  const { keeper: next } = stage({ isKeeping: false, storage });
  assert.equal(next.read(), undefined);
  assert.equal(next.read("other"), undefined);
  assert.deepEqual(next.read("s"), { session: "s", version: 3, seal: "three", origin: "s" });
});

for (const isKeeping of [true, false]) {
  test(`a session that was restored is found by the one of the stored result (${isKeeping ? "host" : "browser"})`, async () => {
    /** bridge: a host redelivers the opening result with the old session for ever. */
    const { keeper, write, states, storage } = stage({ isKeeping });
    await write({ session: "first", version: 9, seal: "nine", isStored: true });
    await write({ session: "second", version: 1, seal: "one" });
      const kept = { session: "second", version: 1, seal: "one", origin: "first" };
    const { keeper: next, write: writeNext } = stage({ isKeeping, storage, privateContent: states.at(-1) });
    assert.deepEqual(next.read("first"), kept);
    await writeNext({ session: "third", version: 1 });
    assert.deepEqual(next.read("first"), { session: "third", version: 1, origin: "first" });
    assert.deepEqual(next.read("third"), next.read("first"));
  });
}

test("a host keeps what was shown, if it is not too large; the browser does not", async () => {
  /** bridge: vars that the model may not see go to privateContent, and nowhere else. */
  let vars = { state: { text: "private" } };
  const base = () => ({ version: 3, vars });
  const { keeper, write, states } = stage({ base });
  await write({ session: "s", version: 3 });
  assert.deepEqual(states.at(-1).vars, vars);
  assert.deepEqual(stage({ privateContent: states.at(-1) }).keeper.read()?.vars, vars);
  await write({ session: "s", version: 4 });
  assert.equal(states.at(-1).vars, undefined);
  vars = { state: { text: "x".repeat(64 * 1024) } };
  await write({ session: "s", version: 3 });
  assert.equal(states.at(-1).vars, undefined);
  const browser = stage({ base: () => ({ version: 3, vars: { state: { text: "private" } } }), isKeeping: false });
  await browser.write({ session: "s", version: 3 });
  assert.ok(!browser.storage.getItem("mcp-bridge:s")?.includes("private"));
});

test("another copy of the widget may have gone on with another session", async () => {
  /** bridge: two copies of one widget open. */
  const storage = memoryStorage();
  const [one, two] = [stage({ isKeeping: false, storage }), stage({ isKeeping: false, storage })];
  await one.write({ session: "first", version: 3, isStored: true });
  await two.write({ session: "first", version: 3, isStored: true });
  await two.write({ session: "second", version: 1, seal: "one" });
  assert.deepEqual(one.keeper.latest("first"), { session: "second", version: 1, seal: "one", origin: "first" });
  assert.deepEqual(two.keeper.latest("second")?.session, "second");
  assert.equal(one.keeper.latest("unknown"), undefined);
});

test("the browser keeps fifty sessions, and nothing else of the storage is touched", () => {
  /** bridge: what was written longest ago goes first. */
  const { store, storage } = stage();
  storage.setItem("theme", "dark");
  const write = (/** @type {string} */ session, version = 1) => store.write({ session, version, origin: session });
  for (let index = 0; index < 50; index++) write(`s${index}`);
  write("s0", 2);
  write("s50");
  assert.equal(storage.length, 51);
  assert.equal(store.read("s1"), undefined);
  assert.deepEqual(store.read("s0"), { session: "s0", version: 2, origin: "s0" });
  assert.equal(storage.getItem("theme"), "dark");
});

test("a storage that throws or holds nonsense keeps nothing and breaks nothing", async () => {
  /** spec: opaque origins throw SecurityError; storage may be full. */
  const storage = memoryStorage();
  storage.setItem("mcp-bridge:s", "not JSON");
  storage.setItem("mcp-bridge:t", '{"version": "many"}');
  const { store } = stage({ storage });
  assert.deepEqual([store.read("s"), store.read("t")], [undefined, undefined]);
  const broken = createSessionStore(() => {
    throw new Error("SecurityError");
  });
  const { warn } = console;
  console.warn = () => {};
  await broken.write({ session: "s", version: 1, origin: "s" });
  console.warn = warn;
  assert.equal(broken.read("s"), undefined);
  await settle();
});

test("nonsense in widgetState is not a session", () => {
  /** bridge: what a host hands over is checked. */
  for (const privateContent of [{}, { session: 7 }, { session: "" }]) {
    assert.equal(stage({ privateContent }).keeper.read(), undefined);
  }
});
