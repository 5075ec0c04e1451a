// @ts-check
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { createStyles } from "../../mcp_bridge/js/styles.mjs";

/** A `.web` folder, and a bundler that imports some stylesheets and says which of them it was given. */
function open(/** @type {any} */ t) {
  const web = mkdtempSync(path.join(tmpdir(), "styles-"));
  t.after(() => rmSync(web, { recursive: true }));
  for (const name of ["styles", "public"]) mkdirSync(path.join(web, name));
  const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(path.join(web, name), text);
  write("package.json", "{}");
  write("styles/app.css", "a{}");
  const styles = createStyles(web);
  let runs = 0;
  return {
    write,
    runs: () => runs,
    compile: (/** @type {string[]} */ imports, entry = "entry.js") =>
      styles.through(entry, async (/** @type {any} */ plugin) => {
        runs += 1;
        assert.equal(plugin.load("/web/app.jsx"), null);
        return { code: `code ${runs}`, css: imports.map((id) => plugin.load(id) ?? `made ${runs} of ${id}`).join(";") };
      }),
  };
}

test("a stylesheet is made once, and the script each time", async (t) => {
  /** bridge: hot reload of a component. */
  const { compile } = open(t);
  assert.deepEqual(await compile(["a.css"]), { code: "code 1", css: "made 1 of a.css" });
  assert.deepEqual(await compile(["a.css"]), { code: "code 2", css: "made 1 of a.css" });
});

test("each entry has its own", async (t) => {
  /** bridge: widgets import the stylesheets of their components. */
  const { compile } = open(t);
  await compile(["a.css"]);
  assert.equal((await compile(["b.css"], "other.js")).css, "made 2 of b.css");
});

test("a changed stylesheet, asset or package is taken in", async (t) => {
  /** bridge: what a stylesheet is made of. */
  const { compile, write } = open(t);
  await compile(["a.css"]);
  for (const [at, [name, text]] of [["styles/app.css", "b{}"], ["public/new.png", "x"], ["package.json", '{"a":1}']].entries()) {
    write(name, text);
    assert.equal((await compile(["a.css"])).css, `made ${at + 2} of a.css`);
  }
});

test("another import is taken in", async (t) => {
  /** bridge: a component with a stylesheet of its own. */
  const { compile, runs } = open(t);
  await compile(["a.css"]);
  assert.equal((await compile(["a.css", "b.css?inline"])).css, "made 3 of a.css;made 3 of b.css?inline");
  assert.equal(runs(), 3);
});
