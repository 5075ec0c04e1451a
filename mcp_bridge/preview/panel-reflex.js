// @ts-check
/** The panel "Reflex": each exchange with the State, as events that went up and vars that came back changed. */

import { formatBytes, formatMs, h } from "./dom.js";
import { createDecoder, isBridgeTool } from "./deltas.js";
import { createEntries, lazyEntry } from "./entries.js";
import { jsonBlock, jsonView } from "./json.js";

/** @typedef {import("./deltas.js").Exchange} Exchange */

const LABELS = /** @type {Record<Exchange["kind"], string>} */ ({
  open: "opened", event: "event", poll: "poll", restore: "restored", reopen: "reopened", upload: "upload", cancel: "cancel",
});
const GIST = 46;
const FEW = 3;

/**
 * The panel's content.
 * @returns {{element: HTMLElement, clear: () => void, opening: (result: any) => void, call: (call: any) => void}}
 */
export function createReflexPanel() {
  const decoder = createDecoder();
  const vars = h("div", { class: "vars" });
  const entries = createEntries({
    name: "reflex",
    label: "exchanges",
    empty: "No event of Reflex yet. Events and the vars they changed appear here when the widget is used.",
    kinds: [["event", "Events"], ["poll", "Polls"], ["other", "Opened, restored, uploads"], ["error", "Refused or failed"]],
  });

  /** @param {Exchange} exchange */
  function add(exchange) {
    const kind = exchange.error ? "error" : exchange.kind === "event" || exchange.kind === "poll" ? exchange.kind : "other";
    const body = () => details(exchange);
    const element = lazyEntry(summary(exchange), body, "exchange");
    entries.add({ kind, text: () => words(exchange), copy: () => exchange, element }, exchange.error !== null);
    const count = Object.values(decoder.vars()).reduce((sum, each) => sum + Object.keys(each).length, 0);
    const now = h("details", { class: "fold" }, h("summary", {}, `The widget's ${count} vars, version ${decoder.version()}`));
    const wasOpen = vars.querySelector("details")?.open ?? false;
    now.addEventListener("toggle", () => now.childElementCount === 1 && now.append(jsonView(decoder.vars())));
    vars.replaceChildren(...(count ? [now] : []));
    if (wasOpen) /** @type {HTMLDetailsElement} */ (now).open = true;
  }

  return {
    element: h("div", {}, vars, entries.element),
    clear() {
      decoder.clear();
      vars.replaceChildren();
      entries.clear();
    },
    opening(result) {
      const exchange = decoder.opening(result);
      if (exchange) add(exchange);
    },
    call(call) {
      if (isBridgeTool(call.name)) add(decoder.call(call));
    },
  };
}

/** @param {Exchange} exchange */
function summary(exchange) {
  const { kind, sent, events, error } = exchange;
  // What Reflex itself keeps comes last.
  const changes = [...exchange.changes].sort((one, other) => Number(isOwn(one)) - Number(isOwn(other)));
  const what = sent.length > 0 ? sent.map(called).join(", ") : exchange.cancels.length > 0 ? `cancel ${exchange.cancels.join(", ")}` : kind === "open" ? exchange.name : "";
  const news = [
    ...changes.slice(0, FEW).map((change) => `${change.label} ${arrow(change)}`),
    changes.length > FEW && `${changes.length - FEW} more`,
    ...events.map((event) => `→ ${event.name}`),
  ].filter(Boolean);
  const nothing = exchange.isLate ? "late, ignored by the widget" : "nothing changed";
  return [
    h("span", { class: `chip ${error ? "bad" : kind}` }, LABELS[kind]),
    h("span", { class: "exchange-text", dir: "ltr" }, what && h("code", {}, what), h("span", { class: error ? "bad" : "note" }, error ? error.message : news.length > 0 ? news.join(", ") : nothing)),
    exchange.isPending && h("span", { class: "chip" }, "still running"),
    h("span", { class: "meta" }, [exchange.version === null ? "" : `v${exchange.version}`, exchange.kind === "open" ? "" : formatMs(exchange.ms)].filter(Boolean).join(" · ")),
  ];
}

/** @param {import("./deltas.js").Change} change */
function isOwn({ label }) {
  return label.startsWith("State.");
}

/** @param {Exchange} exchange */
function details(exchange) {
  return [
    ...exchange.sent.map((event) => h("section", { class: "json-block" }, h("header", {}, h("h2", {}, `Event ${event.seq}`), h("code", { title: event.name }, event.label)), jsonView(event.payload), event.files.length > 0 && jsonView(event.files))),
    exchange.cancels.length > 0 && h("p", {}, `The server is asked to stop ${exchange.cancels.join(", ")}.`),
    exchange.error && h("p", { class: "text bad" }, `${exchange.error.message} (${exchange.error.code}${exchange.error.retry ? ", the widget tries again" : ""})`),
    exchange.changes.length > 0 && changeTable(exchange.changes),
    ...exchange.events.map((event) => jsonBlock(`Frontend event ${event.name}`, event.payload)),
    exchange.context && jsonBlock("The model is to be told", exchange.context),
    exchange.notice && h("p", {}, `The person is told: ${exchange.notice}`),
    h("p", { class: "note" }, facts(exchange)),
  ];
}

/** @param {Exchange} exchange */
function facts(exchange) {
  const known = exchange.since === null ? "" : `The widget had version ${exchange.since}`;
  return [
    exchange.version !== null && `${known ? `${known}, the answer has` : "Version"} ${exchange.version}${exchange.isFull ? " with all vars" : ""}`,
    exchange.ack !== null && exchange.ack > 0 && `events up to ${exchange.ack} have run`,
    exchange.same > 0 && `${exchange.same} ${exchange.same === 1 ? "value" : "values"} came unchanged`,
    exchange.steps > 0 && `${exchange.steps} views in between are played back`,
    exchange.rung && `restored by ${({ session: "the session, which was still there", snapshot: "the sealed snapshot", rerun: "running the opening tool again" })[exchange.rung] ?? exchange.rung}`,
    exchange.sealBytes > 0 && `sealed snapshot of ${formatBytes(exchange.sealBytes)}`,
  ].filter(Boolean).join("; ");
}

/** @param {import("./deltas.js").Change[]} changes */
function changeTable(changes) {
  const rows = changes.flatMap((change) => {
    if (change.parts.length === 0) return [row(change.label, change.key, change.isCut ? "(large)" : change.before, change.after)];
    const parts = change.parts.map((part) => row(`${change.label}${part.path.startsWith("[") ? "" : "."}${part.path}`, change.key, part.before, part.after));
    return change.isCut ? [...parts, row(`${change.label} …`, change.key, change.before, change.after)] : parts;
  });
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Changed vars" }, h("table", {}, h("thead", {}, h("tr", {}, ["Var", "Before", "After"].map((title) => h("th", { scope: "col" }, title)))), h("tbody", {}, rows)));
}

/**
 * @param {string} label
 * @param {string} key
 * @param {any} before
 * @param {any} after
 */
function row(label, key, before, after) {
  return h("tr", {}, h("th", { scope: "row", title: key, dir: "ltr" }, label), cell(before), cell(after));
}

/** @param {any} value */
function cell(value) {
  if (value === undefined) return h("td", {}, h("span", { class: "note" }, "–"));
  return h("td", { dir: "ltr" }, typeof value === "object" && value !== null ? jsonView(value, 0) : h("code", { class: "json-value" }, JSON.stringify(value)));
}

/** @param {{label: string, payload: any}} event */
function called({ label, payload }) {
  const values = Object.values(payload ?? {});
  return `${label}(${values.map(gist).join(", ")})`;
}

/** @param {import("./deltas.js").Change} change */
function arrow(change) {
  const [first] = change.parts;
  if (first && change.parts.length === 1) return `${first.path} ${gist(first.before)} → ${gist(first.after)}`;
  if (first) return `at ${change.parts.length}${change.isCut ? " or more" : ""} places`;
  return change.before === undefined ? `= ${gist(change.after)}` : `${gist(change.before)} → ${gist(change.after)}`;
}

/** @param {any} value */
function gist(value) {
  if (value === undefined) return "–";
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === "object" && value !== null) return `{${Object.keys(value).length}}`;
  const text = JSON.stringify(value);
  return text.length > GIST ? `${text.slice(0, GIST)}…` : text;
}

/** @param {Exchange} exchange */
function words(exchange) {
  const names = [...exchange.sent.map((event) => event.label), ...exchange.cancels, ...exchange.events.map((event) => event.name)];
  return [exchange.kind, ...names, ...exchange.changes.map((change) => `${change.label} ${JSON.stringify(change.after)?.slice(0, 500)}`), exchange.error?.message ?? ""].join(" ");
}
