// @ts-check
/** Where a widget is shown: its frame, the controls of the host, and the transcript of what it asked the host. */

import { byId, h, icon } from "./dom.js";
import { createHost } from "./host.js";
import { MAX_HEIGHT, displayContext, staticContext, themeContext } from "./host-context.js";

/** @typedef {import("./host-context.js").DisplayMode} DisplayMode */
/**
 * @typedef {object} StageEvents
 * @property {(params: any, onProgress: (params: any) => void) => Promise<any>} callTool
 * @property {(text: string) => void} userMessage
 * @property {(context: any) => void} modelContext
 * @property {(level: string, text: string) => void} log
 * @property {(direction: "in" | "out", message: any) => void} wire
 */
/** @typedef {{uri: string, tool: any, input: any, hasBorder: boolean}} Opening */

const SILENT_MS = 5000;

/**
 * The stage in index.html.
 * @param {StageEvents} events
 * @param {{theme: () => "light" | "dark", locale: () => string}} settings
 */
export function createStage(events, settings) {
  const stage = byId("stage");
  const viewport = byId("viewport");
  const transcript = byId("transcript");
  const fullscreen = /** @type {HTMLButtonElement} */ (byId("fullscreen"));
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  /** @type {import("./host.js").Host | null} */
  let host = null;
  /** @type {Opening | null} */
  let opening = null;
  /** The result of the opening call, kept for a reload of the frame. @type {any} */
  let result = null;
  /** @type {string | null} */
  let failure = null;
  /** @type {DisplayMode} */
  let mode = "inline";
  let silence = 0;

  let sentDisplay = "";
  const box = () => ({ width: viewport.clientWidth, height: viewport.clientHeight });
  const context = () => ({
    toolInfo: { tool: opening?.tool },
    ...staticContext(),
    ...themeContext(settings.theme()),
    ...displayContext(mode, box()),
    locale: settings.locale(),
  });

  /** Tell the widget its display mode and size, if they changed. */
  function displayChanged() {
    const partial = displayContext(mode, box());
    if (JSON.stringify(partial) === sentDisplay) return;
    sentDisplay = JSON.stringify(partial);
    host?.contextChanged(partial);
  }

  /** @param {DisplayMode} next */
  function show(next) {
    if (next === mode) return;
    mode = next;
    stage.classList.toggle("is-fullscreen", mode === "fullscreen");
    fullscreen.setAttribute("aria-pressed", String(mode === "fullscreen"));
    fullscreen.replaceChildren(icon(mode === "fullscreen" ? "shrink" : "expand"), h("span", { class: "label" }, mode === "fullscreen" ? "Exit full screen" : "Full screen"));
    for (const other of document.querySelectorAll("[data-behind]")) other.toggleAttribute("inert", mode === "fullscreen");
    displayChanged();
  }

  /**
   * @param {string} label
   * @param {string} kind
   * @param {...(Node | string)} content
   */
  function say(label, kind, ...content) {
    transcript.append(h("li", { class: kind }, h("span", { class: "who" }, label), h("div", { class: "bubble", dir: "auto" }, ...content)));
  }

  async function mount() {
    if (!opening) return;
    const { uri, input, tool, hasBorder } = opening;
    await host?.teardown();
    clearTimeout(silence);
    const src = new URL("preview/frame", document.baseURI);
    src.searchParams.set("uri", uri);
    const next = /** @type {HTMLIFrameElement} */ (h("iframe", { title: `Widget of ${tool.title ?? tool.name}`, sandbox: "allow-scripts allow-forms", src: src.href }));
    frame = next;
    stage.dataset.state = "loading";
    stage.classList.toggle("has-border", hasBorder);
    fullscreen.disabled = true;
    host = createHost(next, {
      context,
      callTool: events.callTool,
      message(params) {
        const text = (params?.content ?? []).map((/** @type {any} */ block) => block.text ?? `[${block.type}]`).join("\n");
        say("User, sent by the widget", "user", text);
        events.userMessage(text);
      },
      modelContext(params) {
        events.modelContext(params);
        transcript.querySelector(".context")?.remove();
        const text = (params?.content ?? []).map((/** @type {any} */ block) => block.text ?? `[${block.type}]`).join("\n");
        say("Context for the next turn", "context", text || "See “Model sees”.");
      },
      openLink(url) {
        say("Link the widget wants to open", "link", h("code", { dir: "ltr" }, url.href), h("a", { class: "button", href: url.href, target: "_blank", rel: "noopener noreferrer" }, icon("external"), "Open in a new tab"));
      },
      displayMode(asked) {
        if (asked === "inline" || asked === "fullscreen") show(asked);
        return mode;
      },
      size({ height }) {
        if (mode === "inline" && height && height > 0) next.style.blockSize = `${Math.min(Math.ceil(height), MAX_HEIGHT)}px`;
      },
      log: events.log,
      ready(modes) {
        clearTimeout(silence);
        stage.dataset.state = "open";
        fullscreen.disabled = modes.length > 0 && !modes.includes("fullscreen");
      },
      close: () => void clear(),
      wire: events.wire,
    });
    viewport.replaceChildren(next);
    sentDisplay = JSON.stringify(displayContext(mode, box()));
    silence = setTimeout(() => (stage.dataset.state = "silent"), SILENT_MS);
    host.input({ arguments: input });
    deliver();
  }

  function deliver() {
    if (result) host?.result(result);
    else if (failure) host?.cancelled(failure);
  }

  async function clear() {
    show("inline");
    const leaving = host;
    host = opening = result = failure = null;
    clearTimeout(silence);
    await leaving?.teardown();
    if (opening) return;
    frame = null;
    viewport.replaceChildren();
    transcript.replaceChildren();
    stage.dataset.state = "empty";
  }

  fullscreen.addEventListener("click", () => show(mode === "inline" ? "fullscreen" : "inline"));
  byId("reload").addEventListener("click", () => void mount());
  document.addEventListener("keydown", (event) => event.key === "Escape" && show("inline"));
  new ResizeObserver(displayChanged).observe(viewport);

  return {
    clear,
    /**
     * Open a widget while its tool still runs.
     * @param {Opening} next
     */
    async open(next) {
      opening = next;
      result = failure = null;
      transcript.replaceChildren();
      show("inline");
      await mount();
    },
    /** @param {any} given */
    result(given) {
      result = given;
      if (frame) deliver();
    },
    /** @param {string} reason */
    cancel(reason) {
      failure = reason;
      if (frame) deliver();
    },
    settingsChanged: () => host?.contextChanged({ ...themeContext(settings.theme()), locale: settings.locale() }),
  };
}
