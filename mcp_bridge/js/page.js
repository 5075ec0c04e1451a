// @ts-check
/**
 * A document that stands by itself says so in `#mcp-bridge-page`: it has no host, in a tab of its own and in a frame of
 * any site. The JSON there is a scene; the address may change what it says.
 *
 *     ?tool=flights&args={"origin":"JFK"}&theme=dark&locale=fr-FR
 *
 * A scene with a `result` is a saved view: the widget paints from it, and there is no server to ask.
 */
import { isObject, PART } from "./results.js";
import { HostError } from "./rpc.js";
import { createHttpClient } from "./standalone.js";

const ELEMENT = "mcp-bridge-page";
/** Where the history entry of a page keeps what a host would keep. */
const KEPT = "mcp-bridge";
/** The `type` of the message by which a page in a frame tells its height. */
const SIZE = "mcp-bridge/size";
const NO_SERVER = "This page shows a saved view and has no server, so that was not done.";

/**
 * The page that `win` shows, or undefined if a host shows it.
 * @param {Window & typeof globalThis} win
 * @param {BridgeConfig} config
 * @param {(text: string) => any} parse Reads JSON of the server.
 * @returns {Page | undefined}
 */
export function createPage(win, config, parse) {
  const text = win.document.getElementById?.(ELEMENT)?.textContent;
  const isFramed = win.parent !== win;
  if (!text && (isFramed || win.openai)) return undefined;
  /** @type {Scene} */
  const scene = text ? JSON.parse(text) : {};
  const query = new URLSearchParams(win.location.search);
  const isSaved = isObject(scene.result);
  const theme = chosenTheme(query.get("theme") ?? scene.theme);

  return {
    isSaved,
    result: isSaved ? scene.result : undefined,
    opening: () => ({
      tool: (!isSaved && query.get("tool")) || (scene.tool ?? Object.keys(config.tools)[0]),
      arguments: isSaved ? (scene.input ?? {}) : (readArguments(query.get("args")) ?? scene.input ?? {}),
    }),
    context: () => {
      const displayMode = isFramed ? "inline" : "fullscreen";
      const locale = knownLocale(query.get("locale") ?? scene.locale);
      return { theme, locale, timeZone: scene.timeZone, displayMode, displayModes: [displayMode] };
    },
    watchTheme(listener) {
      if (theme) return;
      const media = win.matchMedia?.("(prefers-color-scheme: dark)");
      media?.addEventListener("change", () => listener(media.matches ? "dark" : "light"));
    },
    // It outlives a reload of the tab and the way back to it, and no other page sees it.
    kept() {
      const state = isSaved ? undefined : win.history?.state?.[KEPT];
      return isObject(state) ? state : undefined;
    },
    keep(state) {
      if (!isSaved) win.history.replaceState({ ...win.history.state, [KEPT]: state }, "");
    },
    callTool: isSaved ? answerSaved : createHttpClient(win, parse),
    reportSize({ width, height }) {
      if (isFramed) win.parent.postMessage({ type: SIZE, widget: config.widget, width, height }, "*");
    },
  };
}

/**
 * The arguments in an address.
 * @param {string | null} text
 * @returns {Record<string, unknown> | undefined}
 */
function readArguments(text) {
  if (!text) return undefined;
  let args;
  try {
    args = JSON.parse(text);
  } catch {
    args = undefined;
  }
  if (isObject(args)) return args;
  throw new HostError(`The address has args=${text}, which is not a JSON object. Write it as {"name": "value"}.`, "rejected");
}

/** @param {string | null | undefined} theme @returns {"light" | "dark" | undefined} Undefined: as the browser has it. */
const chosenTheme = (theme) => (theme === "light" || theme === "dark" ? theme : undefined);

/** @param {string | null | undefined} locale @returns {string | undefined} */
function knownLocale(locale) {
  try {
    return locale ? new Intl.Locale(locale).toString() : undefined;
  } catch {
    return undefined;
  }
}

/** The answer of a saved view to every call: a refusal that no repeat can change. */
async function answerSaved() {
  return { isError: true, _meta: { [PART]: { error: { code: "no_server", message: NO_SERVER, retry: false } } } };
}
