// @ts-check
/**
 * Compile widgets, once or as long as somebody asks:
 *
 *     node build.mjs <web folder>        reads jobs from standard input, one per line
 *
 * A job is `{"widgets": [{"name", "entry"}], "cutCss", "minify"}`. It writes `bundle.js` and `bundle.css` beside each
 * entry, and one line of JSON per widget on standard output, then `{"done": true}`. A widget of which no file has
 * changed since it was compiled last is not compiled again.
 */
import { readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { createCompiler, plain } from "./compile.mjs";

/** @typedef {{name: string, entry: string}} WidgetJob */
/** @typedef {{widgets: WidgetJob[], cutCss: boolean, minify: boolean}} Job */
/** @typedef {{options: string, inputs: Map<string, number>, origins: object}} Known What was compiled, of which files. */

const WEB = path.resolve(process.argv[2] ?? ".").replaceAll("\\", "/"); // as in Vite's module ids

/** @type {Map<string, Known>} */
const known = new Map();
let current = "";
const compile = await createCompiler(WEB, { onWarning: (warning) => report({ widget: current, warning }) });

/**
 * @param {WidgetJob} widget
 * @param {Job} job
 */
async function run({ name, entry }, { cutCss, minify }) {
  const options = `${entry} ${cutCss} ${minify}`;
  const before = known.get(name);
  if (before?.options === options && [...before.inputs].every(([file, changed]) => changedAt(file) === changed)) {
    return { widget: name, ok: true, isChanged: false, origins: before.origins };
  }
  known.delete(name);
  current = name;
  const { code, css, origins, inputs } = await compile(entry, { isMinified: minify, isCut: cutCss });
  const folder = path.dirname(path.resolve(WEB, entry));
  writeFileSync(path.join(folder, "bundle.js"), code);
  writeFileSync(path.join(folder, "bundle.css"), css);
  known.set(name, { options, inputs: new Map([...inputs, ...sharedFiles()].map((file) => [file, changedAt(file)])), origins });
  return { widget: name, ok: true, isChanged: true, origins };
}

/** @returns {string[]} What any widget may inline: the stylesheets and the assets, with their folders. */
function sharedFiles() {
  return ["styles", "public"].flatMap((name) => {
    const folder = path.join(WEB, name);
    if (!statSync(folder, { throwIfNoEntry: false })) return [];
    return [folder, ...readdirSync(folder, { encoding: "utf8", recursive: true }).map((each) => path.join(folder, each))];
  });
}

/** @param {string} file @returns {number} When it was changed, in milliseconds; 0 if there is none. */
function changedAt(file) {
  return statSync(file.split("?")[0], { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {object} line One line for Python. */
function report(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {Job} */
  const job = JSON.parse(line);
  for (const widget of job.widgets) {
    try {
      report(await run(widget, job));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      report({ widget: widget.name, ok: false, output: plain(text).split("\n") });
    }
  }
  report({ done: true });
}
