// @ts-check
/**
 * A widget is one entry that Vite bundles with everything in it: no second request, no second file.
 *
 *     const compile = await createCompiler("<web folder>", { onWarning });
 *     const { code, css, origins, inputs } = await compile(entry, { isMinified: true, isCut: true });
 *
 * Vite and PostCSS come from the app's own `node_modules`, so a widget is compiled by the versions that compile the
 * app's pages.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cutCss, OVERRIDES } from "./css.mjs";
import { aliases, plugins } from "./seam.mjs";
import { createStyles } from "./styles.mjs";
import { Usage } from "./usage.mjs";

/**
 * @typedef {{isMinified: boolean, isCut: boolean}} CompileOptions Whether names and white space are shortened, and
 *   whether rules that cannot apply are removed from the CSS.
 * @typedef {{code: string, css: string, origins: object, inputs: string[]}} Compiled The script, the stylesheet, what
 *   they need from outside, and the modules of which the script was made.
 */

/**
 * @param {string} web The absolute path of the `.web` folder, with forward slashes as in Vite's module ids.
 * @param {{onWarning: (message: string) => void}} options
 * @returns {Promise<(entry: string, options: CompileOptions) => Promise<Compiled>>} What compiles one entry, whose path
 *   is relative to `.web`.
 */
export async function createCompiler(web, { onWarning }) {
  const fromWeb = createRequire(path.join(web, "package.json"));
  const fromVite = createRequire(fromWeb.resolve("vite"));

  // Reflex's postcss.config.js reads it. Hosts run evergreen browsers, so prefixes would only add weight.
  process.env.REFLEX_NO_AUTOPREFIXER = "1";
  process.env.NODE_ENV = "production";

  const vite = await import(pathToFileURL(fromWeb.resolve("vite")).href);
  const postcss = fromVite("postcss");
  const lightning = fromVite("lightningcss");

  /**
   * @param {string} css A stylesheet.
   * @param {string} name Of the file, for error messages.
   * @returns {string} The same rules without white space and comments.
   */
  function minifyCss(css, name) {
    const { code } = lightning.transform({ filename: name, code: Buffer.from(css), minify: true, errorRecovery: true });
    return code.toString();
  }

  const styles = createStyles(web);

  /**
   * Bundle one entry.
   * @param {string} entry
   * @param {boolean} isMinified
   * @param {import("vite").Plugin} stylesheets What takes the modules of CSS.
   */
  async function bundle(entry, isMinified, stylesheets) {
    /** @type {string[]} */
    const missing = [];
    const result = await vite.build({
      configFile: false,
      root: web,
      base: "./",
      publicDir: false,
      mode: "production",
      logLevel: "silent",
      plugins: [stylesheets, ...plugins(web)],
      resolve: { alias: aliases(web), mainFields: ["browser", "module", "jsnext"] },
      build: {
        write: false,
        minify: isMinified,
        cssMinify: false,
        cssCodeSplit: false,
        sourcemap: false,
        target: "es2022",
        assetsInlineLimit: () => true,
        modulePreload: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: path.resolve(web, entry),
          output: { format: "iife", codeSplitting: false, entryFileNames: "bundle.js" },
          onwarn: (/** @type {any} */ warning) => {
            if (warning.code === "UNRESOLVED_IMPORT") missing.push(warning.message);
            else if (isWorthSaying(warning)) onWarning(plain(warning.message));
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
    const sheets = outputs.filter((each) => each.type === "asset").map((each) => String(each.source));
    return { chunk: chunks[0], css: sheets.join("\n") };
  }

  return async (entry, { isMinified, isCut }) => {
    const { chunk, css } = await styles.through(entry, (stylesheets) => bundle(entry, isMinified, stylesheets));
    const usage = new Usage(web, vite.parseAst);
    usage.addModules(chunk.modules);
    const kept = `${isCut ? cutCss(postcss, css, usage.forCss(chunk.code)) : css}\n${OVERRIDES}`;
    return {
      code: chunk.code,
      css: isMinified ? minifyCss(kept, `${entry}.css`) : kept,
      origins: usage.origins(),
      inputs: Object.keys(chunk.modules).filter((id) => path.isAbsolute(id)),
    };
  };
}

/** @param {string} text Terminal output. @returns {string} It without colour codes. */
export function plain(text) {
  // biome-ignore lint: the escape character is the point
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}

/**
 * Whether an author can do something about a warning of the bundler.
 *
 * @param {{code?: string, id?: string, message: string}} warning What the bundler says.
 */
function isWorthSaying(warning) {
  if (warning.code === "EVAL" && (warning.id ?? warning.message).includes("state.js")) return false;
  if (warning.code === "MODULE_LEVEL_DIRECTIVE") return false; // "use client" of packages made for servers too
  if (warning.code === "EMPTY_IMPORT_META") return false; // Vite's own helper for `import()`, which loads nothing here
  return warning.code !== "PLUGIN_TIMINGS"; // a busy machine
}
