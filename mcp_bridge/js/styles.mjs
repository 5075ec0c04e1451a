// @ts-check
/**
 * A widget's stylesheet is mostly Radix, 800 KB of it, and hardly ever changes while its components do. So a compiler
 * that goes on (`mcp-bridge dev`) takes over the one that it made last, as long as it comes from the same files.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** @typedef {import("vite").Plugin} Plugin */
/** @typedef {{files: string, modules: string, css: string}} Sheet What was made, of which files, for which imports. */

const CSS = /\.css($|\?)/;

/**
 * @param {string} web The `.web` folder.
 */
export function createStyles(web) {
  /** @type {Map<string, Sheet>} */
  const known = new Map();

  return {
    /**
     * Bundle an entry, without its stylesheet if that is known.
     * @template {{css: string}} T
     * @param {string} entry
     * @param {(plugin: Plugin) => Promise<T>} bundle
     * @returns {Promise<T>} What it gave, with the stylesheet.
     */
    async through(entry, bundle) {
      const files = fingerprint(web);
      const before = known.get(entry);
      if (before?.files === files) {
        const { plugin, modules } = collector(true);
        const made = await bundle(plugin);
        if (modules() === before.modules) return { ...made, css: before.css };
      }
      const { plugin, modules } = collector(false);
      const made = await bundle(plugin);
      known.set(entry, { files, modules: modules(), css: made.css });
      return made;
    },
  };
}

/**
 * @param {boolean} isEmpty Whether stylesheets are left out.
 * @returns {{plugin: Plugin, modules: () => string}} A plugin that sees which ones are imported, in their order.
 */
function collector(isEmpty) {
  /** @type {Set<string>} */
  const seen = new Set();
  return {
    plugin: {
      name: "mcp-bridge-styles",
      enforce: "pre",
      load(id) {
        if (!CSS.test(id)) return null;
        seen.add(id);
        return isEmpty ? "" : null;
      },
    },
    modules: () => [...seen].sort().join("\n"),
  };
}

/**
 * What a stylesheet is made of: those of the app, what they may inline, and the packages.
 * @param {string} web
 */
function fingerprint(web) {
  const packages = path.join(web, "package.json");
  const sheets = filesIn(path.join(web, "styles")).map((file) => readFileSync(file, "utf8"));
  const assets = filesIn(path.join(web, "public")).map((file) => `${file} ${statSync(file).mtimeMs}`);
  return JSON.stringify([readFileSync(packages, "utf8"), sheets, assets]);
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
}
