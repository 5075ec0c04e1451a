// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_CONTEXT } from "../../mcp_bridge/js/context.js";
import { watchSize } from "../../mcp_bridge/js/size.js";
import { createStore } from "../../mcp_bridge/js/store.js";

/** A window whose frames and document changes are made by hand. */
function stage(context = {}) {
  /** @type {any[]} */
  const reported = [];
  /** @type {(() => void) | undefined} */
  let due;
  /** @type {any} */
  const on = {};
  const observer = (/** @type {string} */ name) =>
    class {
      constructor(/** @type {() => void} */ run) {
        on[name] = run;
      }
      observe() {}
      disconnect() {}
    };
  const content = { height: 0 };
  /** @type {any} */
  const win = {
    innerWidth: 390,
    innerHeight: 150,
    ResizeObserver: observer("resize"),
    MutationObserver: observer("mutate"),
    requestAnimationFrame: (/** @type {() => void} */ run) => ((due = run), 1),
    cancelAnimationFrame: () => (due = undefined),
    document: {
      body: {},
      documentElement: { style: { height: "" }, getBoundingClientRect: () => ({ height: content.height }) },
    },
  };
  const store = createStore({ ...DEFAULT_CONTEXT, displayMode: "inline", ...context });
  watchSize(win, { report: (size) => reported.push(size.height), context: /** @type {any} */ (store) });
  /** @param {number} height @param {"resize" | "mutate"} why */
  const show = (height, why = "mutate") => {
    content.height = height;
    on[why]();
    due?.();
  };
  return { win, reported, show, store };
}

test("a height is reported when it changed by more than 4 pixels, and never 0", () => {
  /** bridge: no flicker, no vanished frame. */
  const { reported, show } = stage();
  for (const height of [0, 100, 103.2, 104.5, 90]) show(height);
  assert.deepEqual(reported, [100, 105, 90]);
});

test("content that fills the frame is not reported", () => {
  /** spec: MCP Apps 2026-01-26, containerDimensions with a fixed height. */
  for (const context of [{ fixedHeight: true }, { displayMode: "fullscreen" }]) {
    const { reported, show } = stage(context);
    show(300);
    assert.deepEqual(reported, []);
  }
});

test("content as high as its frame does not grow without end", () => {
  /** bridge: 100vh in a frame that follows its content. */
  const { win, reported, show } = stage();
  show(200);
  for (let i = 0; i < 50; i++) {
    win.innerHeight = reported.at(-1);
    show(win.innerHeight + 16, "resize");
  }
  assert.equal(reported.length, 4);
  show(1000, "mutate");
  assert.equal(reported.at(-1), 1000);
});

test("text that streams in keeps growing the frame", () => {
  /** bridge: real growth is no loop. */
  const { win, reported, show } = stage();
  for (let height = 100; height < 600; height += 20) {
    show(height);
    win.innerHeight = height;
  }
  assert.equal(reported.length, 25);
});
