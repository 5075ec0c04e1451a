// @ts-check
/** The emulator's page: choose a tool, give it arguments, run it in a host, and see what everyone got. */

import { byId, copyButton, formatBytes, formatMs, h, icon, jsonBytes } from "./dom.js";
import { createConversation } from "./conversation.js";
import { createEmulator } from "./emulator.js";
import { createForm } from "./form.js";
import { createClient, listAll } from "./mcp.js";
import { lastRun, recall, remember } from "./memory.js";
import { contentBlock, createPanels } from "./panels.js";
import { closeFromOutside, createQuirkMenu } from "./quirk-menu.js";
import { createSaved } from "./saved.js";
import { createSettings, rememberedSettings } from "./settings.js";
import { isForWidgets, renderTools, uriOf } from "./tools.js";
import { words } from "./calls.js";

const ENDPOINT = new URL("mcp", document.baseURI);
const RETRY_MS = 3000;
/** `/?bare` is the host and the widget alone, for programs; it remembers nothing and runs nothing by itself. */
const IS_BARE = new URLSearchParams(location.search).has("bare");

const request = createClient(ENDPOINT);
const panels = createPanels();
const emulator = createEmulator(request);
const showSettings = createSettings((change) => void emulator.set(change));
const showQuirks = createQuirkMenu((quirks) => void emulator.set({ quirks }));

/** What the form shows. @type {{tool: string, input: string} | null} */
let shown = null;
/** @type {import("./form.js").Form | null} */
let form = null;
/** @type {object | null} The run that the page speaks of. */
let latest = null;

/** Read the tools of the server; while it does not answer, try again by itself. */
async function load() {
  document.body.dataset.state = document.body.dataset.state === "gone" ? "gone" : "loading";
  try {
    emulator.begin(...(await read()));
  } catch (error) {
    byId("gone-reason").textContent = words(error);
    document.body.dataset.state = "gone";
    setTimeout(load, RETRY_MS);
    return;
  }
  open(IS_BARE ? null : lastRun());
}

/**
 * Read what the server has, and list it.
 * @returns {Promise<[any[], Map<string, any>]>} The tools, and the resources by their URI.
 */
async function read() {
  const [listed, resources] = await Promise.all([listAll(request, "tools"), listAll(request, "resources").catch(() => ({ items: [] }))]);
  const tools = listed.items;
  byId("server").textContent = listed.serverInfo.title ?? listed.serverInfo.name ?? location.host;
  document.title = `${byId("server").textContent} emulator`;
  document.body.dataset.state = tools.length === 0 ? "none" : "ready";
  renderTools(byId("tools"), tools);
  if (!IS_BARE) void saved.load();
  return [tools, new Map(resources.items.map((resource) => [resource.uri, resource]))];
}

/** The server has other code now: what is open stays open, in its new version. */
async function renew() {
  const schema = JSON.stringify(emulator.tool()?.inputSchema);
  const [tools, resources] = await read();
  await emulator.renew(tools, resources);
  const tool = emulator.tool();
  // A form that still fits is left alone, with what is being typed in it.
  if (tool && shown?.tool === tool.name && JSON.stringify(tool.inputSchema) === schema) describe(tool);
  else open();
}

/**
 * Show the tool of the scene.
 * @param {string | null} [ran] The tool that this tab ran before a reload; it runs again if it only reads.
 */
function open(ran = null) {
  const tool = emulator.tool();
  if (!tool) return;
  const values = emulator.scene().input ?? (IS_BARE ? null : recall(`values.${tool.name}`, null));
  if (shown?.tool !== tool.name) {
    report("");
    byId("answer").replaceChildren();
    lastRun(ran === tool.name ? tool.name : "");
  }
  shown = { tool: tool.name, input: JSON.stringify(values) };
  describe(tool);
  form = createForm({
    schema: tool.inputSchema,
    values,
    onChange(given) {
      remember(`values.${tool.name}`, given);
      void take(tool, given);
    },
    // A saved result is shown once; then the tool itself is meant.
    onRun: (given) => void take(tool, given, { result: undefined, widgetState: undefined }).then(emulator.run).catch(() => undefined),
    onStop: emulator.cancel,
  });
  byId("form").replaceChildren(form.element);
  saved.show(tool);
  linkAlone(tool, values);
  if (ran === tool.name && tool.annotations?.readOnlyHint && values) void take(tool, values).then(emulator.run).catch(() => undefined);
}

/**
 * Put a tool and what was entered for it into the scene.
 * @param {any} tool
 * @param {Record<string, any>} given
 * @param {Record<string, any>} [more] What else changes in the scene.
 */
function take(tool, given, more = {}) {
  shown = { tool: tool.name, input: JSON.stringify(given) };
  linkAlone(tool, given);
  return emulator.set({ tool: tool.name, input: given, ...more });
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
 * Speak of a run while it lasts, and of its end.
 * @param {{tool: any, done: Promise<any>}} started
 */
async function follow({ tool, done }) {
  const own = (latest = {});
  const startedAt = performance.now();
  byId("answer").replaceChildren();
  form?.setRunning(true);
  report("Running…");
  if (!IS_BARE) lastRun(tool.name);
  try {
    const result = await done;
    if (own !== latest) return;
    if (result === null) return void (report(""), fail("Stopped", "The call was stopped."));
    if (result.isError) fail("The tool answered with an error", (result.content ?? []).map((/** @type {any} */ block) => block.text ?? "").join("\n"));
    else if (result.resultType === "input_required") fail("The tool asks for more input", "The emulator cannot give it; a host asks the user.");
    else if (!uriOf(tool)) byId("answer").replaceChildren(h("section", { class: "card answer" }, h("h2", {}, "Answer"), ...(result.content ?? []).map(contentBlock)));
    const facts = `${formatMs(performance.now() - startedAt)} · ${formatBytes(jsonBytes(result))}`;
    report(`${result.isError ? "Error" : "Answered"} in ${facts}`);
  } catch (error) {
    if (own !== latest) return;
    report("");
    fail("The call failed", words(error));
  } finally {
    if (own === latest) {
      form?.setRunning(false);
      if (!IS_BARE) reveal(byId("answer").childElementCount > 0 ? byId("answer") : byId("stage"));
    }
  }
}

/**
 * Scroll to the outcome when a long form hides it.
 * @param {HTMLElement} element
 */
function reveal(element) {
  if (element.getBoundingClientRect().top > innerHeight * 0.7) element.scrollIntoView({ block: "start" });
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

/** @param {import("./scene.js").Scene} scene */
function showScene(scene) {
  showSettings(scene);
  showQuirks(scene);
  const tool = emulator.tool();
  const isOther = tool && (shown?.tool !== tool.name || (scene.input && JSON.stringify(scene.input) !== shown?.input));
  if (isOther) open();
}

/** What runs next; its record is cleared first. @type {{input: any} | null} */
let coming = null;

/** What the panels show of each record. @type {Record<string, (value: any) => void>} */
const LISTENERS = {
  clear() {
    panels.clear();
    if (coming) panels.input(coming.input);
    coming = null;
  },
  scene: showScene,
  run(started) {
    coming = started;
    void follow(started);
  },
  result: (result) => result && panels.result(emulator.tool(), result),
  calls: panels.call,
  messages: panels.userMessage,
  modelContext: (context) => context && panels.modelContext(context),
  wire: ({ direction, message }) => panels.wire(direction, message),
  widgetState: panels.widgetState,
  // A violation is in both; its record says more.
  logs: ({ level, text }) => level !== "csp" && panels.log(level, text),
  violations: panels.violation,
  displayMode(mode) {
    const isFull = mode === "fullscreen";
    byId("fullscreen").setAttribute("aria-pressed", String(isFull));
    byId("fullscreen").replaceChildren(icon(isFull ? "shrink" : "expand"), h("span", { class: "label" }, isFull ? "Exit full screen" : "Full screen"));
  },
  state: (state) => /** @type {HTMLButtonElement} */ (byId("fullscreen")).toggleAttribute("disabled", state !== "open"),
};
emulator.subscribe((kind, value) => LISTENERS[kind]?.(value));
createConversation(byId("panel-talk"), { emulator, request });
const saved = createSaved(byId("saved"), { emulator, entered: () => form?.read() ?? {} });

/** Back into the chat, also from a host that opens widgets in full screen. */
async function inline() {
  await emulator.set({ displayMode: undefined });
  if (emulator.displayMode !== "inline") await emulator.set({ displayMode: "inline" });
}

byId("endpoint").append(h("code", { dir: "ltr" }, ENDPOINT.href), copyButton(() => ENDPOINT.href, "Copy the MCP endpoint"));
byId("retry").addEventListener("click", () => void load());
byId("reload").addEventListener("click", () => void emulator.reload());
byId("fullscreen").addEventListener("click", () => (emulator.displayMode === "inline" ? void emulator.set({ displayMode: "fullscreen" }) : void inline()));
byId("shell-close").addEventListener("click", () => void inline());
for (const id of ["settings", "quirks"]) closeFromOutside(byId(id));
document.addEventListener("keydown", (event) => event.key === "Escape" && emulator.displayMode !== "inline" && void inline());
byId("menu").addEventListener("click", () => {
  const isOpen = document.body.classList.toggle("menu-open");
  byId("menu").setAttribute("aria-expanded", String(isOpen));
});
byId("tools").addEventListener("click", (event) => {
  const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-tool]"));
  if (!link || /** @type {MouseEvent} */ (event).metaKey || /** @type {MouseEvent} */ (event).ctrlKey) return;
  event.preventDefault();
  closeMenu();
  void emulator.set({ tool: link.dataset.tool, input: undefined, result: undefined, widgetState: undefined });
});
window.addEventListener("mcp-bridge:changed", (event) => {
  if (!["ready", "none"].includes(document.body.dataset.state ?? "")) return;
  event.preventDefault();
  renew().catch(() => location.reload());
});
window.addEventListener("hashchange", () => {
  closeMenu();
  void emulator.follow();
});

function closeMenu() {
  document.body.classList.remove("menu-open");
  byId("menu").setAttribute("aria-expanded", "false");
}

document.body.toggleAttribute("data-bare", IS_BARE);
Object.assign(window, { emulator });
void emulator.set(IS_BARE ? {} : rememberedSettings(emulator.scene()));
void load();
