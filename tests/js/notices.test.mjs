// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createNotices } from "../../mcp_bridge/js/notices.js";

const messages = (/** @type {Notices} */ notices) => notices.getSnapshot().map(({ message }) => message);

test("a notice stays until a button takes it away", () => {
  /** bridge: nothing is silently gone. */
  const notices = createNotices();
  let restarts = 0;
  notices.tell("The forecast was interrupted.", { actions: { Restart: () => void restarts++ } });
  notices.tell("Restored.");
  assert.deepEqual(Object.keys(notices.getSnapshot()[0].actions), ["Restart", "Dismiss"]);
  notices.getSnapshot()[0].actions.Restart();
  assert.deepEqual([messages(notices), restarts], [["Restored."], 1]);
  notices.getSnapshot()[0].actions.Dismiss();
  assert.deepEqual(messages(notices), []);
});

test("the newest three are shown, each once", () => {
  /** bridge: bars must not hide the widget. */
  const notices = createNotices();
  for (const message of ["a", "b", "a", "c", "d"]) notices.tell(message, { isError: true });
  assert.deepEqual(messages(notices), ["a", "c", "d"]);
});
