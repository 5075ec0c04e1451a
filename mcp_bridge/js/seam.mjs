// @ts-check
/**
 * Compiled Reflex code reaches its server through a few modules; in a widget those names lead to the bridge.
 *
 * Checked on Reflex 0.10.1 (utils/state.js, utils/context.jsx, vite.config.js).
 */
import path from "node:path";
import { inlineAssets } from "./assets.mjs";
import { clientSide } from "./clientside.mjs";
import { packageFonts } from "./fonts.mjs";
import { scripts } from "./scripts.mjs";

/** @typedef {import("vite").Plugin} Plugin */

const ENV = {
  EVENT: "ws://widget/_event",
  PING: "http://widget/ping",
  UPLOAD: "http://widget/_upload",
  AUTH_CODESPACE: "http://widget/auth-codespace",
  HEALTH: "http://widget/_health",
  ALL_ROUTES: "http://widget/_all_routes",
  TRANSPORT: "websocket",
  TEST_MODE: false,
  MOUNT_TARGET: "#root",
};

const ENV_MODULE = "virtual:mcp-bridge/env";
const REFLEX_MODULE = "virtual:mcp-bridge/reflex";

/** What a widget needs of Reflex's server, as constants: the real files name the machine and the time of the export. */
const CONSTANTS = new Map([
  [ENV_MODULE, `export default ${JSON.stringify(ENV)}`],
  [REFLEX_MODULE, 'export default {version: ""}'],
]);

/**
 * @param {string} web The `.web` folder.
 * @returns {import("vite").Alias[]} What Vite's `resolve.alias` takes, the most specific first.
 */
export function aliases(web) {
  const own = (/** @type {string} */ name) => path.join(web, "mcp_bridge", "js", name);
  return [
    { find: /^socket\.io-client$/, replacement: own("socket.js") },
    { find: /^react-router$/, replacement: own("router.js") },
    { find: /^\$\/utils\/context$/, replacement: path.join(web, "mcp_bridge", "context.jsx") },
    { find: /^\$\/utils\/react-theme$/, replacement: own("theme.js") },
    { find: /^\$\/utils\/helpers\/upload$/, replacement: own("upload.js") },
    { find: /^\$\/env\.json$/, replacement: ENV_MODULE },
    { find: /^\$\/reflex\.json$/, replacement: REFLEX_MODULE },
    // Reflex's own two aliases.
    { find: /^\$\//, replacement: `${web}/` },
    { find: /^@\//, replacement: `${path.join(web, "public")}/` },
  ];
}

/**
 * @param {string} web The `.web` folder.
 * @returns {Plugin[]} The plugins of a widget's build.
 */
export function plugins(web) {
  const isOwn = (/** @type {string} */ id) =>
    id.startsWith(`${web}/`) && !id.includes("/node_modules/") && !id.startsWith(`${web}/mcp_bridge/js/`);
  return [constants(), scripts(web), clientSide(web), packageFonts(), unusedImports(web), inlineAssets(web, isOwn)];
}

/** @returns {Plugin} A plugin that answers for the constants. */
function constants() {
  return {
    name: "mcp-bridge-constants",
    resolveId: (source) => (CONSTANTS.has(source) ? `\0${source}` : null),
    load: (id) => CONSTANTS.get(id.replace("\0", "")) ?? null,
  };
}

/**
 * Reflex compiles the components of one Python module to one JS module. What its other widgets import from it stays
 * out of this one, even where a package does not say that it may (`sideEffects`).
 *
 * @param {string} web The `.web` folder.
 * @returns {Plugin} A plugin that lets an import go with the last name that is used of it.
 */
function unusedImports(web) {
  /** @type {Map<string, Set<string>>} */
  const bare = new Map();
  const isShared = (/** @type {string | undefined} */ id) =>
    id !== undefined && ["app_components", "utils/components"].some((folder) => id.startsWith(`${web}/${folder}/`));
  return {
    name: "mcp-bridge-unused-imports",
    enforce: "pre",
    transform(code, id) {
      if (isShared(id)) bare.set(id, new Set([...code.matchAll(/^\s*import\s+["']([^"']+)["']/gm)].map(([, name]) => name)));
      return null;
    },
    async resolveId(source, importer, options) {
      if (!isShared(importer) || source.endsWith(".css") || bare.get(importer ?? "")?.has(source)) return null;
      const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
      return resolved && !resolved.external ? { ...resolved, moduleSideEffects: false } : resolved;
    },
  };
}
