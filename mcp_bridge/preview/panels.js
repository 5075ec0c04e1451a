// @ts-check
/** The tabs under a widget: what the model, the widget and the wire got. */

import { byId, formatBytes, formatMs, h, jsonBytes } from "./dom.js";
import { jsonBlock, jsonView } from "./json.js";

/** @typedef {{name: string, arguments: any, result?: any, error?: string, ms: number}} Call */
/**
 * @typedef {object} Panels
 * @property {() => void} clear
 * @property {(tool: any, result: any) => void} result
 * @property {(context: any) => void} modelContext
 * @property {(text: string) => void} userMessage
 * @property {(call: Call) => void} call
 * @property {(direction: "in" | "out", message: any) => void} wire
 * @property {(level: string, text: string) => void} log
 */

const LIMIT = 500;
const EMPTY = /** @type {Record<string, string>} */ ({
  model: "What the model reads of the result appears here when the tool has run.",
  widget: "What only the widget gets appears here when the tool has run.",
  calls: "No tool call by the widget. A widget paints from the result it was opened with.",
  messages: "No message between widget and host.",
  console: "Nothing was logged, no error, no violation of the Content-Security-Policy.",
});

/**
 * Wire the tabs in index.html.
 * @returns {Panels}
 */
export function createPanels() {
  const tabs = /** @type {HTMLElement[]} */ ([...byId("tabs").querySelectorAll("[role=tab]")]);
  const panels = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, byId(`panel-${name}`)]));
  const counts = /** @type {Record<string, number>} */ ({});
  /** The method of each request, by sender and id, to name its answer. @type {Map<string, string>} */
  const methods = new Map();
  let startedAt = performance.now();

  /** @param {HTMLElement} chosen */
  function choose(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls") ?? "").hidden = !isChosen;
    }
  }

  byId("tabs").addEventListener("click", (event) => {
    const tab = /** @type {Element} */ (event.target).closest("[role=tab]");
    if (tab) choose(/** @type {HTMLElement} */ (tab));
  });
  byId("tabs").addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const forward = getComputedStyle(byId("tabs")).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = ["ArrowLeft", "ArrowRight"].includes(event.key) ? (event.key === forward ? 1 : -1) : 0;
    const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : (at + step + tabs.length) % tabs.length;
    if (next === at) return;
    event.preventDefault();
    choose(tabs[next]);
    tabs[next].focus();
  });

  /**
   * @param {string} name
   * @param {...Node} nodes
   */
  function add(name, ...nodes) {
    const panel = panels[name];
    if (!counts[name]) panel.replaceChildren();
    counts[name] = (counts[name] ?? 0) + 1;
    panel.append(...nodes);
    while (panel.childElementCount > LIMIT) panel.firstElementChild?.remove();
    const badge = document.querySelector(`#tab-${name} .badge`);
    if (badge) badge.textContent = String(counts[name]);
  }

  function clear() {
    startedAt = performance.now();
    methods.clear();
    for (const [name, panel] of Object.entries(panels)) {
      counts[name] = 0;
      panel.replaceChildren(h("p", { class: "empty" }, EMPTY[name]));
    }
    for (const badge of document.querySelectorAll("#tabs .badge")) badge.textContent = "";
    document.querySelector("#tab-console .badge")?.classList.remove("bad");
  }

  clear();
  return {
    clear,
    result(tool, result) {
      add("model", textBlock(result));
      if (result.structuredContent !== undefined) add("model", jsonBlock("structuredContent", result.structuredContent));
      const { name, title, description, inputSchema, outputSchema, annotations } = tool;
      add("model", h("details", { class: "fold" }, h("summary", {}, "The tool as the model knows it"), jsonBlock("tool", { name, title, description, inputSchema, outputSchema, annotations })));
      add("widget", jsonBlock("_meta", result._meta ?? {}));
      add("widget", h("p", { class: "note" }, "The widget also gets all that the model sees."));
    },
    modelContext(context) {
      panels.model.querySelector(".model-context")?.remove();
      const block = jsonBlock("Context set by the widget for the next turn", context);
      block.classList.add("model-context");
      add("model", block);
    },
    userMessage: (text) => add("model", h("section", { class: "text-block" }, h("h2", {}, "Message sent by the widget as the user"), h("p", { class: "text" }, text))),
    call(call) {
      const size = formatBytes(jsonBytes(call.result));
      const isBad = call.error !== undefined || call.result?.isError;
      const summary = h("summary", {}, h("code", {}, call.name), isBad && h("span", { class: "chip bad" }, "error"), h("span", { class: "meta" }, `${formatMs(call.ms)} · ${size}`));
      const answer = call.error === undefined ? jsonBlock("result", call.result) : h("p", { class: "text bad" }, call.error);
      add("calls", h("details", { class: "entry" }, summary, jsonBlock("arguments", call.arguments ?? {}), answer));
    },
    wire(direction, message) {
      const [sender, other] = direction === "in" ? ["widget", "host"] : ["host", "widget"];
      if (message.method && message.id !== undefined) methods.set(`${sender} ${message.id}`, message.method);
      const asked = methods.get(`${other} ${message.id}`) ?? "";
      const what = message.method ?? `${asked} ${message.error ? `error ${message.error.code}` : "result"}`;
      const id = message.id === undefined ? null : h("span", { class: "meta" }, `#${String(message.id).slice(0, 8)}`);
      const meta = h("span", { class: "meta" }, `+${formatMs(performance.now() - startedAt)} · ${formatBytes(jsonBytes(message))}`);
      const summary = h("summary", {}, h("span", { class: `chip ${sender}` }, sender), h("code", {}, what), id, meta);
      const details = h("details", { class: "entry" }, summary);
      details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(jsonView(message)));
      add("messages", details);
    },
    log(level, text) {
      const isBad = ["error", "csp", "critical", "alert", "emergency"].includes(level);
      add("console", h("div", { class: `log ${isBad ? "bad" : ""}` }, h("span", { class: "chip" }, level === "csp" ? "CSP" : level), h("pre", {}, text)));
      if (isBad) document.querySelector("#tab-console .badge")?.classList.add("bad");
    },
  };
}

/**
 * The content blocks of a result; a text as text, an image as an image, anything else as JSON.
 * @param {any} result
 * @returns {HTMLElement}
 */
function textBlock(result) {
  const blocks = /** @type {any[]} */ (result.content ?? []);
  const characters = blocks.reduce((sum, block) => sum + (block.text?.length ?? 0), 0);
  return h(
    "section",
    { class: "text-block" },
    h("header", {}, h("h2", {}, "content"), result.isError && h("span", { class: "chip bad" }, "isError"), h("span", { class: "meta" }, `${characters.toLocaleString()} characters`)),
    blocks.length === 0 && h("p", { class: "note" }, "The tool gave no content, so a host without widgets shows nothing."),
    blocks.map(contentBlock),
  );
}

/**
 * @param {any} block
 * @returns {HTMLElement}
 */
export function contentBlock(block) {
  if (block.type === "text") return h("p", { class: "text", dir: "auto" }, block.text);
  if (block.type === "image") return h("img", { class: "content-image", alt: "Image in the result", src: `data:${block.mimeType};base64,${block.data}` });
  return jsonView(block);
}
