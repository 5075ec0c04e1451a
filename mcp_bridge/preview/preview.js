// @ts-check
/** The preview page: choose a tool, give it arguments, run it, and see what everyone got. */

import { byId, copyButton, formatBytes, formatMs, h, icon, jsonBytes } from "./dom.js";
import { createForm } from "./form.js";
import { createClient, listAll, RequestError } from "./mcp.js";
import { lastRun, readPlace, recall, remember, writePlace } from "./memory.js";
import { contentBlock, createPanels } from "./panels.js";
import { applySettings, createSettings } from "./settings.js";
import { createStage } from "./stage.js";
import { isForWidgets, renderTools, uriOf } from "./tools.js";

const ENDPOINT = new URL("mcp", document.baseURI);
const RETRY_MS = 3000;

const request = createClient(ENDPOINT);
const panels = createPanels();
const settings = createSettings(() => stage.settingsChanged());
const stage = createStage({ callTool: callForWidget, ...panels }, settings);

/** @type {any[]} */
let tools = [];
/** What `resources/list` says of each `ui://` URI. @type {Map<string, any>} */
let resources = new Map();
/** @type {any} */
let current = null;
/** @type {import("./form.js").Form | null} */
let form = null;
/** @type {AbortController | null} */
let running = null;

/** Read the tools of the server; while it does not answer, try again by itself. */
async function load() {
  document.body.dataset.state = document.body.dataset.state === "gone" ? "gone" : "loading";
  try {
    const [listed, read] = await Promise.all([listAll(request, "tools"), listAll(request, "resources").catch(() => ({ items: [] }))]);
    tools = listed.items;
    resources = new Map(read.items.map((resource) => [resource.uri, resource]));
    byId("server").textContent = listed.serverInfo.title ?? listed.serverInfo.name ?? location.host;
    document.title = `${byId("server").textContent} preview`;
    document.body.dataset.state = tools.length === 0 ? "none" : "ready";
  } catch (error) {
    byId("gone-reason").textContent = words(error);
    document.body.dataset.state = "gone";
    setTimeout(load, RETRY_MS);
    return;
  }
  renderTools(byId("tools"), tools);
  if (tools.length > 0) open(lastRun());
}

/**
 * Show the tool that the hash names, or the first one.
 * @param {string | null} [ran] The tool that this tab ran before a reload; it runs again if it only reads.
 */
function open(ran = null) {
  const place = readPlace();
  const tool = tools.find((each) => each.name === place.tool) ?? tools.find((each) => uriOf(each)) ?? tools[0];
  const values = (tool.name === place.tool ? place.values : null) ?? recall(`values.${tool.name}`, null);
  const isSame = current?.name === tool.name;
  current = tool;
  if (!isSame) {
    running?.abort();
    running = null;
    void stage.clear().then(() => running === null && panels.clear());
    report("");
    byId("answer").replaceChildren();
    lastRun(ran === tool.name ? tool.name : "");
  }
  describe(tool);
  form = createForm({
    schema: tool.inputSchema,
    values,
    onChange(given) {
      remember(`values.${tool.name}`, given);
      writePlace(tool.name, given);
      linkAlone(tool, given);
    },
    onRun: (given) => void run(tool, given),
    onStop: () => running?.abort(),
  });
  byId("form").replaceChildren(form.element);
  linkAlone(tool, values);
  if (ran === tool.name && tool.annotations?.readOnlyHint && values) void run(tool, values);
}

/** @param {any} tool */
function describe(tool) {
  const hints = tool.annotations ?? {};
  const uri = uriOf(tool);
  const chips = [
    hints.readOnlyHint ? "Reads only" : hints.destructiveHint === false ? "Changes data" : "May delete or overwrite",
    hints.openWorldHint && "Reaches outside",
    isForWidgets(tool) && "Only for widgets",
  ].filter(Boolean);
  byId("title").replaceChildren(tool.title ?? tool.name);
  byId("name").replaceChildren(h("code", {}, tool.name), ...chips.map((chip) => h("span", { class: "chip" }, chip)));
  byId("description").textContent = tool.description ?? "";
  byId("stage").hidden = !uri;
  for (const link of byId("tools").querySelectorAll("a")) {
    const isCurrent = link.dataset.tool === tool.name;
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/**
 * Point "Open alone" at the standalone page of the widget, with the same arguments.
 * @param {any} tool
 * @param {Record<string, any> | null} values
 */
function linkAlone(tool, values) {
  const name = uriOf(tool)?.match(/([^/]+)\.html(?:\?|$)/)?.[1];
  const query = new URLSearchParams({ tool: tool.name, ...(values ? { args: JSON.stringify(values) } : {}) });
  byId("alone").hidden = !name;
  byId("alone").setAttribute("href", `widgets/${encodeURIComponent(name ?? "")}?${query}`);
}

/**
 * Call a tool as the model would, and show its result to everyone.
 * @param {any} tool
 * @param {Record<string, any>} given
 */
async function run(tool, given) {
  running?.abort();
  const own = (running = new AbortController());
  const uri = uriOf(tool);
  byId("answer").replaceChildren();
  form?.setRunning(true);
  report("Running…");
  lastRun(tool.name);
  const opened = show(uri, tool, given);
  const startedAt = performance.now();
  try {
    const result = await request("tools/call", { name: tool.name, arguments: given }, { signal: own.signal });
    const facts = `${formatMs(performance.now() - startedAt)} · ${formatBytes(jsonBytes(result))}`;
    await opened;
    if (own !== running) return;
    panels.result(tool, result);
    if (uri) stage.result(result);
    if (result.isError) fail("The tool answered with an error", (result.content ?? []).map((/** @type {any} */ block) => block.text ?? "").join("\n"));
    else if (result.resultType === "input_required") fail("The tool asks for more input", "The preview cannot give it; a host asks the user.");
    else if (!uri) byId("answer").replaceChildren(h("section", { class: "card answer" }, h("h2", {}, "Answer"), ...(result.content ?? []).map(contentBlock)));
    report(`${result.isError ? "Error" : "Answered"} in ${facts}`);
  } catch (error) {
    await opened;
    if (own !== running) return;
    const text = own.signal.aborted ? "The call was stopped." : words(error);
    stage.cancel(text);
    report("");
    fail(own.signal.aborted ? "Stopped" : "The call failed", text);
  } finally {
    if (own === running) {
      form?.setRunning(false);
      reveal(byId("answer").childElementCount > 0 ? byId("answer") : byId("stage"));
    }
  }
}

/**
 * Clear what the last call left, and open the tool's widget, if it has one.
 * @param {string | undefined} uri
 * @param {any} tool
 * @param {Record<string, any>} input
 */
async function show(uri, tool, input) {
  await stage.clear();
  panels.clear();
  if (uri) await stage.open({ uri, tool, input, hasBorder: resources.get(uri)?._meta?.ui?.prefersBorder !== false });
}

/**
 * Scroll to the outcome when a long form hides it.
 * @param {HTMLElement} element
 */
function reveal(element) {
  if (element.getBoundingClientRect().top > innerHeight * 0.7) element.scrollIntoView({ block: "start" });
}

/**
 * A tool call by the widget, and its line in the panel.
 * @param {any} params
 * @param {(params: any) => void} onProgress
 */
async function callForWidget(params, onProgress) {
  const tool = tools.find((each) => each.name === params?.name);
  const startedAt = performance.now();
  const entry = { name: String(params?.name), arguments: params?.arguments };
  try {
    if (tool?._meta?.ui?.visibility && !tool._meta.ui.visibility.includes("app")) {
      throw new Error(`The tool ${params.name} is not for widgets: its visibility has no "app".`);
    }
    const result = await request("tools/call", params, { onProgress });
    panels.call({ ...entry, result, ms: performance.now() - startedAt });
    return result;
  } catch (error) {
    panels.call({ ...entry, error: words(error), ms: performance.now() - startedAt });
    throw error;
  }
}

/**
 * What went wrong, for a person.
 * @param {unknown} error
 * @returns {string}
 */
function words(error) {
  if (!(error instanceof RequestError)) return error instanceof Error ? error.message : String(error);
  return error.kind === "rpc" ? `The server refused the request: ${error.message} (code ${error.code})` : error.message;
}

/** @param {string} text */
function report(text) {
  byId("status").textContent = text;
}

/**
 * @param {string} title
 * @param {string} text
 */
function fail(title, text) {
  byId("answer").replaceChildren(h("section", { class: "card failure", role: "alert" }, icon("alert"), h("div", {}, h("h2", {}, title), h("p", { class: "text" }, text))));
}

byId("endpoint").append(h("code", { dir: "ltr" }, ENDPOINT.href), copyButton(() => ENDPOINT.href, "Copy the MCP endpoint"));
byId("retry").addEventListener("click", () => void load());
byId("menu").addEventListener("click", () => {
  const isOpen = document.body.classList.toggle("menu-open");
  byId("menu").setAttribute("aria-expanded", String(isOpen));
});
window.addEventListener("hashchange", () => {
  document.body.classList.remove("menu-open");
  byId("menu").setAttribute("aria-expanded", "false");
  if (tools.length > 0) open();
});
applySettings();
void load();
