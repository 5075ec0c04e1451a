// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { installStorage } from "../../mcp_bridge/js/storage.js";

/** A window in an opaque origin: storage and cookies throw. @returns {any} */
function opaqueWindow() {
  const get = () => {
    throw new DOMException("The document is sandboxed", "SecurityError");
  };
  const win = { document: Object.defineProperty({}, "cookie", { get, configurable: true }) };
  for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(win, name, { get, configurable: true });
  return win;
}

test("in an opaque origin storage and cookies live in memory", () => {
  /** reflex-seam: the runtime reads all three while its modules are evaluated. */
  const win = opaqueWindow();
  installStorage(win);
  win.localStorage.setItem("a", 1);
  win.localStorage.setItem("b", "2");
  win.localStorage.removeItem("b");
  assert.deepEqual(
    [win.localStorage.getItem("a"), win.localStorage.getItem("b"), win.localStorage.length, win.localStorage.key(0)],
    ["1", null, 1, "a"],
  );
  assert.equal(win.sessionStorage.getItem("a"), null);
  win.document.cookie = "x=1; path=/";
  win.document.cookie = "y=a=b";
  assert.equal(win.document.cookie, "x=1; y=a=b");
  win.document.cookie = "x=; expires=Thu, 01 Jan 1970 00:00:00 GMT";
  win.document.cookie = "y=; max-age=0";
  assert.equal(win.document.cookie, "");
});

test("storage that works is left alone", () => {
  /** bridge: only what throws is replaced. */
  const storage = { getItem: () => null };
  const win = /** @type {any} */ ({ localStorage: storage, sessionStorage: storage, document: { cookie: "a=1" } });
  installStorage(win);
  assert.equal(win.localStorage, storage);
  assert.equal(win.document.cookie, "a=1");
});
