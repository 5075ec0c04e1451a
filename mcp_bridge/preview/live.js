// @ts-check
/**
 * In `mcp-bridge dev`: the page follows its source. What is wrong in the Python is shown over it, with file and line.
 *
 * The preview takes the event `mcp-bridge:changed` and keeps what is open; any other page is loaded again.
 */

/**
 * @typedef {{kind: string, message: string, file: string | null, line?: number | null, source?: {line: number, text: string}[], trace?: string}} Fault
 * @typedef {{state: "building" | "ready" | "failed" | "raised", build?: number, fault?: Fault, files?: string[], uris?: Record<string, string>}} Happened
 */

const STYLE = `
:host { all: initial; color-scheme: light dark; }
.panel { position: fixed; inset-inline: 12px; bottom: 12px; z-index: 2147483647; margin: auto; max-width: 760px;
  max-height: calc(100vh - 24px); overflow: auto; box-sizing: border-box; padding: 16px 18px; border-radius: 12px;
  border: 1px solid #e0a6a3; border-top: 4px solid #c0362c; background: #fff; color: #1c1c20;
  box-shadow: 0 12px 40px rgb(0 0 0 / .28); font: 14px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 15px; font-weight: 600; overflow-wrap: anywhere; }
.place { margin: 0 0 2px; font: 13px/1.5 ui-monospace, monospace; color: #8f2219; overflow-wrap: anywhere; }
.head { display: flex; gap: 12px; align-items: flex-start; }
.head > div { flex: 1; min-width: 0; }
button { font: inherit; padding: 4px 12px; min-height: 32px; border-radius: 8px; border: 1px solid #c9c9cf; background: #f6f6f8;
  color: inherit; cursor: pointer; }
button:focus-visible, summary:focus-visible { outline: 2px solid #5b4bc4; outline-offset: 2px; }
pre { margin: 12px 0 0; padding: 10px 0; border-radius: 8px; background: #f6f6f8; overflow: auto; direction: ltr; text-align: left;
  font: 12.5px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre span { display: block; padding: 0 12px; white-space: pre; min-width: max-content; }
pre i { display: inline-block; min-width: 3em; font-style: normal; color: #6b6b75; user-select: none; }
pre .here { background: #fbdcd9; }
.note { margin: 10px 0 0; color: #56565f; }
details { margin-top: 8px; } summary { cursor: pointer; color: #56565f; }
.busy { position: fixed; inset-block-start: 0; inset-inline: 0; height: 3px; z-index: 2147483647; background: #5b4bc4;
  animation: pulse 1s ease-in-out infinite alternate; }
@keyframes pulse { from { opacity: .25 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { .busy { animation: none } }
@media (prefers-color-scheme: dark) {
  .panel { background: #1f1f24; color: #f0f0f3; border-color: #7d3531; border-top-color: #ff6d62; }
  .place { color: #ffaba5; } button { background: #2c2c33; border-color: #4a4a54; }
  pre { background: #16161a; } pre .here { background: #4b1f1c; } pre i, .note, summary { color: #a8a8b3; }
}
`;

const address = new URL("../dev/events", import.meta.url);
const page = document.createElement("mcp-bridge-live");
const root = page.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
root.adoptedStyleSheets = [sheet];

/** The build that the page shows, which the server has told with it. @type {number | null} */
let build = shownBuild();
/** The widget of a standalone page, and the version that it shows. */
const widget = location.pathname.match(/\/widgets\/([^/]+)$/)?.[1];
/** @type {string | undefined} */
let uri;

/** @returns {number | null} */
function shownBuild() {
  const [document] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const told = document?.serverTiming?.find(({ name }) => name === "build");
  return told ? Number(told.description) : null;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Whether an app served this page, and not the page in its place (dev/front.py). */
const isRunning = () => document.title !== "Not running";

/**
 * Show what is wrong.
 * @param {Fault} fault
 * @param {string} note What the person should know about what is still running.
 */
function show(fault, note) {
  const close = h("button", { type: "button" }, "Close");
  close.addEventListener("click", () => root.replaceChildren());
  const place = fault.file ? `${fault.file}${fault.line ? `, line ${fault.line}` : ""}` : "";
  const lines = (fault.source ?? []).map(({ line, text }) =>
    h("span", line === fault.line ? { class: "here" } : {}, h("i", {}, String(line)), text || " "),
  );
  root.replaceChildren(
    h(
      "section",
      { class: "panel", role: "alert", lang: "en", dir: "ltr" },
      h("div", { class: "head" }, h("div", {}, ...(place ? [h("p", { class: "place" }, place)] : []), h("h1", {}, [fault.kind, fault.message].filter(Boolean).join(": "))), close),
      ...(lines.length > 0 ? [h("pre", {}, ...lines)] : []),
      h("p", { class: "note" }, note),
      ...(fault.trace ? [h("details", {}, h("summary", {}, "Traceback"), h("pre", {}, ...fault.trace.split("\n").map((line) => h("span", {}, line || " "))))] : []),
    ),
  );
}

/** @param {Happened} event */
function follow(event) {
  document.documentElement.dataset.live = event.state;
  if (event.state === "building") {
    root.append(h("div", { class: "busy" }));
  } else if (event.state === "ready") {
    root.replaceChildren();
    const isNew = build !== null && build !== event.build;
    const isSame = uri !== undefined && uri === event.uris?.[widget ?? ""];
    build = event.build ?? null;
    uri = event.uris?.[widget ?? ""];
    if (!isNew && isRunning()) return;
    if (isSame) return void window.dispatchEvent(new Event("mcp-bridge:refresh"));
    const isTaken = !window.dispatchEvent(new CustomEvent("mcp-bridge:changed", { detail: event, cancelable: true }));
    if (!isTaken) location.reload();
  } else if (event.fault) {
    const note = event.state === "raised"
      ? "A handler raised this. The widget was told in a sentence that gives nothing away."
      : !isRunning()
        ? "The app starts as soon as this is mended and saved."
        : "What worked last is still running. This goes away as soon as it is mended and saved.";
    show(event.fault, note);
  }
}

/** @type {EventSource | undefined} */
let source;

/** Follow only where it is seen: browsers share six connections among all the tabs of a server. */
function listen() {
  source?.close();
  if (document.visibilityState === "hidden") return;
  source = new EventSource(address);
  source.addEventListener("message", (message) => follow(JSON.parse(message.data)));
}

document.documentElement.append(page);
document.addEventListener("visibilitychange", listen);
listen();
