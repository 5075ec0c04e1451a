// @ts-check
/**
 * The host context that a widget gets (MCP Apps 2026-01-26, "Host Context in `McpUiInitializeResult`").
 *
 *     new AppBridge(client, HOST_INFO, capabilities(options), { hostContext: makeContext(options, tool) });
 */

/** @typedef {import("./options.js").Options} Options */

export const HOST_INFO = { name: "mcp-bridge test host", version: "1.0.0" };
export const DISPLAY_MODES = /** @type {const} */ (["inline", "fullscreen"]);
export const SAFE_AREA = { top: 4, right: 0, bottom: 8, left: 0 };
export const MAX_HEIGHT = 5000;

/** Values as hosts send them: pairs for both themes. */
const VARIABLES = {
  "--color-background-primary": "light-dark(#ffffff, #1f1f1f)",
  "--color-background-secondary": "light-dark(#f5f5f5, #2b2b2b)",
  "--color-text-primary": "light-dark(#1a1a1a, #f2f2f2)",
  "--color-text-secondary": "light-dark(#555555, #b8b8b8)",
  "--color-border-primary": "light-dark(#d9d9d9, #444444)",
  "--font-sans": "system-ui, sans-serif",
  "--border-radius-md": "8px",
};

/**
 * Return the host context.
 * @param {Options} options
 * @param {any} tool The tool's entry in tools/list.
 * @returns {any} McpUiHostContext; `any`, because two versions of its type are in use here.
 */
export function makeContext(options, tool) {
  return {
    toolInfo: { tool },
    theme: options.theme,
    styles: { variables: VARIABLES },
    displayMode: "inline",
    availableDisplayModes: [...DISPLAY_MODES],
    containerDimensions: { width: options.width, maxHeight: MAX_HEIGHT },
    locale: options.locale,
    timeZone: "America/New_York",
    userAgent: "mcp-bridge-tests",
    platform: "web",
    deviceCapabilities: { touch: false, hover: true },
    safeAreaInsets: SAFE_AREA,
  };
}

/**
 * Return the capabilities of this host.
 * @param {Options} options
 * @returns {Record<string, any>} McpUiHostCapabilities.
 */
export function capabilities(options) {
  /** @type {Record<string, any>} */
  const all = {
    openLinks: {},
    serverTools: {},
    serverResources: {},
    logging: {},
    message: { text: {} },
    updateModelContext: { text: {}, structuredContent: {} },
  };
  for (const name of options.without) delete all[name];
  return all;
}

/**
 * Return the mode that the host grants, and show it.
 * @param {string} wanted
 * @returns {"inline" | "fullscreen"}
 */
export function grantDisplayMode(wanted) {
  const mode = wanted === "inline" ? "inline" : "fullscreen";
  container().dataset.mode = mode;
  return mode;
}

/** Return the element that holds the widget. */
export function container() {
  return /** @type {HTMLElement} */ (document.getElementById("widget"));
}

/**
 * Give the page the theme and the width that the test asks for.
 * @param {Options} options
 */
export function dressPage(options) {
  document.body.dataset.theme = options.theme;
  container().style.width = `${options.width}px`;
}
