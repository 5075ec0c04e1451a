// @ts-check
/**
 * A widget is one entry that Vite bundles with everything in it: no second request, no second file.
 *
 *     node build.mjs <web folder>        reads <web folder>/mcp_bridge/build.json
 *
 * Writes `bundle.js` and `bundle.css` beside each entry and one line of JSON per widget on stdout. Vite and PostCSS
 * come from the app's own `node_modules`, so a widget is compiled by the versions that compile the app's pages.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cutCss, OVERRIDES } from "./css.mjs";
import { aliases, plugins } from "./seam.mjs";
import { Usage } from "./usage.mjs";

/** @typedef {{name: string, entry: string}} WidgetJob */
/** @typedef {{widgets: WidgetJob[], cutCss: boolean}} Job */

const WEB = path.resolve(process.argv[2] ?? ".").replaceAll("\\", "/"); // as in Vite's module ids
const BRIDGE = path.join(WEB, "mcp_bridge");
const fromWeb = createRequire(path.join(WEB, "package.json"));
const fromVite = createRequire(fromWeb.resolve("vite"));

// Reflex's postcss.config.js reads it. Hosts run evergreen browsers, so prefixes would only add weight.
process.env.REFLEX_NO_AUTOPREFIXER = "1";
process.env.NODE_ENV = "production";

const vite = await import(pathToFileURL(fromWeb.resolve("vite")).href);
const postcss = fromVite("postcss");
const lightning = fromVite("lightningcss");

/**
 * Compile one widget.
 *
 * @param {WidgetJob} job Its name and the path of its entry.
 * @param {boolean} cut Whether rules that cannot apply are removed from its CSS.
 * @returns {Promise<object>} Where the code is, and what it needs from outside.
 */
async function compile(job, cut) {
  /** @type {string[]} */
  const missing = [];
  const result = await vite.build({
    configFile: false,
    root: WEB,
    base: "./",
    publicDir: false,
    mode: "production",
    logLevel: "silent",
    plugins: plugins(WEB),
    resolve: { alias: aliases(WEB), mainFields: ["browser", "module", "jsnext"] },
    build: {
      write: false,
      minify: true,
      cssMinify: false,
      cssCodeSplit: false,
      sourcemap: false,
      target: "es2022",
      assetsInlineLimit: () => true,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: path.resolve(WEB, job.entry),
        output: { format: "iife", codeSplitting: false, entryFileNames: "bundle.js" },
        onwarn: (/** @type {any} */ warning) => {
          if (warning.code === "UNRESOLVED_IMPORT") missing.push(warning.message);
          else warn(job.name, warning);
        },
      },
    },
  });
  if (missing.length > 0) throw new Error(missing.join("\n"));
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) => each.output);
  const chunks = outputs.filter((each) => each.type === "chunk");
  const extra = outputs.filter((each) => each.type === "asset" && !each.fileName.endsWith(".css"));
  if (chunks.length !== 1 || extra.length > 0) {
    const names = outputs.map((each) => each.fileName).join(", ");
    throw new Error(`the bundle has more than one file (${names}), and a host loads only one`);
  }
  const usage = new Usage(WEB, vite.parseAst);
  usage.addModules(chunks[0].modules);
  const css = outputs
    .filter((each) => each.type === "asset")
    .map((each) => String(each.source))
    .join("\n");
  const kept = cut ? cutCss(postcss, css, usage.forCss(chunks[0].code)) : css;
  const folder = path.dirname(path.resolve(WEB, job.entry));
  writeFileSync(path.join(folder, "bundle.js"), chunks[0].code);
  writeFileSync(path.join(folder, "bundle.css"), minifyCss(`${kept}\n${OVERRIDES}`, job.name));
  return { widget: job.name, ok: true, origins: usage.origins() };
}

/**
 * @param {string} css A stylesheet.
 * @param {string} name The widget, for error messages.
 * @returns {string} The same rules without white space and comments.
 */
function minifyCss(css, name) {
  const { code } = lightning.transform({
    filename: `${name}.css`,
    code: Buffer.from(css),
    minify: true,
    errorRecovery: true,
  });
  return code.toString();
}

/**
 * Show a warning of the bundler, except those that no author can change.
 *
 * @param {string} name The widget.
 * @param {{code?: string, id?: string, message: string}} warning What the bundler says.
 */
function warn(name, warning) {
  if (warning.code === "EVAL" && (warning.id ?? warning.message).includes("state.js")) return;
  if (warning.code === "MODULE_LEVEL_DIRECTIVE") return; // "use client" of packages made for servers too
  if (warning.code === "EMPTY_IMPORT_META") return; // Vite's own helper for `import()`, which loads nothing here
  if (warning.code === "PLUGIN_TIMINGS") return; // a busy machine
  report({ widget: name, warning: plain(warning.message) });
}

/** @param {object} line One line for Python. */
function report(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @param {string} text Terminal output. @returns {string} It without colour codes. */
function plain(text) {
  // biome-ignore lint: the escape character is the point
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}

/** @type {Job} */
const job = JSON.parse(readFileSync(path.join(BRIDGE, "build.json"), "utf8"));
let failed = false;
for (const widget of job.widgets) {
  try {
    report(await compile(widget, job.cutCss));
  } catch (error) {
    failed = true;
    const text = error instanceof Error ? error.message : String(error);
    report({ widget: widget.name, ok: false, output: plain(text).split("\n") });
  }
}
process.exitCode = failed ? 1 : 0;
