// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlayer } from "../../mcp_bridge/js/player.js";
import { createClock } from "./stage.mjs";

const view = (/** @type {number} */ count) => ({ state: { count } });

/** A player that records the views and, as "end", the update. */
function stage({ isHidden = () => /** @type {boolean} */ (false) } = {}) {
  /** @type {any[]} */
  const shown = [];
  const clock = createClock();
  const player = createPlayer({ show: (vars) => shown.push(vars), timers: clock, isHidden });
  const play = (/** @type {any} */ steps, /** @type {any} */ vars, canWait = false) =>
    player.play(steps, vars, () => shown.push("end"), canWait);
  return { player, play, shown, clock };
}

test("each step is shown after its delay, and the last one with the update", async () => {
  /** bridge: what a handler yields is seen. */
  const { play, shown, clock, player } = stage();
  play([[0, view(1)], [100, view(2)], [200, view(3)]], view(3));
  await clock.pass(0);
  assert.deepEqual(shown, [view(1)]);
  await clock.pass(99);
  assert.deepEqual(shown, [view(1)]);
  await clock.pass(1);
  assert.deepEqual(shown, [view(1), view(2)]);
  await clock.pass(199);
  assert.equal(shown.length, 2);
  await clock.pass(1);
  assert.deepEqual(shown, [view(1), view(2), "end"]);
  assert.equal(player.isPlaying(), false);
});

test("steps without the last view leave time for their own last one", async () => {
  /** bridge: the update is a view of its own. */
  const { play, shown, clock } = stage();
  play([[0, view(1)], [200, view(2)]], view(3));
  await clock.pass(0);
  await clock.pass(200);
  assert.deepEqual(shown, [view(1), view(2)]);
  await clock.pass(100);
  assert.deepEqual(shown, [view(1), view(2), "end"]);
});

test("what changed before the steps is seen with the first one", async () => {
  /** bridge: the server keeps the steps of the last moments only. */
  const { play, shown, clock } = stage();
  const steps = [[0, view(1)], [100, view(2)]];
  play(steps, { state: { count: 2, name: "Ada" }, other: { open: true } });
  await clock.pass(0);
  assert.deepEqual(shown, [{ state: { count: 1, name: "Ada" }, other: { open: true } }]);
});

test("a long playback is played faster", async () => {
  /** bridge: two seconds at most. */
  const { play, shown, clock } = stage();
  play([[0, view(1)], [8000, view(2)], [2000, view(3)]], view(3));
  await clock.pass(0);
  await clock.pass(1600);
  assert.deepEqual(shown, [view(1), view(2)]);
  await clock.pass(400);
  assert.equal(shown.at(-1), "end");
});

test("finishing early shows the update at once, and no step afterwards", async () => {
  /** bridge: no value and no event is lost. */
  const { player, play, shown, clock } = stage();
  play([[0, view(1)], [100, view(2)], [100, view(3)]], view(3));
  await clock.pass(0);
  player.finish();
  player.finish();
  await clock.pass(1000);
  assert.deepEqual(shown, [view(1), "end"]);
});

test("a newer playback ends the one before it", async () => {
  /** bridge: updates are shown in order, each whole. */
  const { play, shown, clock } = stage();
  play([[50, view(1)], [50, view(2)]], view(2));
  play([], view(3));
  await clock.pass(1000);
  assert.deepEqual(shown, ["end", "end"]);
});

test("a playback that can wait follows the one before it", async () => {
  /** bridge: the last poll of a run is answered at once, and must not cut off what is still playing. */
  const { play, shown, clock, player } = stage();
  play([[0, view(1)], [100, view(2)]], view(2));
  play([[0, view(3)], [100, view(4)]], view(4), true);
  await clock.pass(0);
  assert.deepEqual(shown, [view(1)]);
  await clock.pass(100);
  await clock.pass(0);
  assert.deepEqual(shown, [view(1), "end", view(3)]);
  await clock.pass(100);
  assert.deepEqual(shown, [view(1), "end", view(3), "end"]);
  play([[100, view(5)]], view(6));
  play([[100, view(7)]], view(8), true);
  player.finish();
  await clock.pass(1000);
  assert.deepEqual(shown.slice(4), ["end", "end"]);
});

test("at most one playback waits", () => {
  /** bridge: what is shown is never far behind. */
  const { play, shown } = stage();
  for (const count of [1, 3, 5]) play([[100, view(count)]], view(count + 1), true);
  assert.deepEqual(shown, ["end", "end"]);
});

test("nothing is played where nobody looks", () => {
  /** bridge: a hidden document is at its end at once. */
  const { play, shown } = stage({ isHidden: () => true });
  play([[0, view(1)], [100, view(2)]], view(2));
  assert.deepEqual(shown, ["end"]);
});
