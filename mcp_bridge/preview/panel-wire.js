// @ts-check
/** The panel "Messages": every JSON-RPC message between widget and host, both ways. */

import { copyButton, formatBytes, formatMs, h, jsonBytes } from "./dom.js";
import { createEntries, lazyEntry } from "./entries.js";
import { jsonView } from "./json.js";

/**
 * The panel's content.
 * @returns {{element: HTMLElement, clear: () => void, wire: (direction: "in" | "out", message: any) => void}}
 */
export function createWirePanel() {
  const entries = createEntries({
    name: "messages",
    label: "messages",
    empty: "No message between widget and host.",
    kinds: [["widget", "From the widget"], ["host", "From the host"], ["error", "Errors"]],
  });
  /** The method and the time of each request, by sender and id, to name its answer. @type {Map<string, {method: string, at: number}>} */
  const asked = new Map();
  let startedAt = performance.now();

  return {
    element: entries.element,
    clear() {
      startedAt = performance.now();
      asked.clear();
      entries.clear();
    },
    wire(direction, message) {
      const now = performance.now();
      const [sender, other] = direction === "in" ? ["widget", "host"] : ["host", "widget"];
      const isRequest = message.method !== undefined && message.id !== undefined;
      if (isRequest) asked.set(`${sender} ${message.id}`, { method: message.method, at: now });
      const question = message.method === undefined ? asked.get(`${other} ${message.id}`) : undefined;
      const what = message.method ?? `${question?.method ?? ""} ${message.error ? `error ${message.error.code}` : "result"}`.trim();
      const took = question ? ` · took ${formatMs(now - question.at)}` : "";
      const size = jsonBytes(message);
      const summary = [
        h("span", { class: `chip ${message.error ? "bad" : sender}` }, sender),
        h("code", {}, what),
        message.id === undefined ? null : h("span", { class: "meta", title: String(message.id) }, `#${String(message.id).slice(-6)}`),
        h("span", { class: "meta" }, `+${formatMs(now - startedAt)}${took} · ${formatBytes(size)}`),
      ];
      const text = () => `${what} ${JSON.stringify(message)}`;
      const body = () => [h("div", { class: "entry-tools" }, copyButton(() => JSON.stringify(message, null, 2), `Copy ${what} as JSON`)), jsonView(message)];
      const copy = () => ({ sender, at: Math.round(now - startedAt), message });
      entries.add({ kind: message.error ? "error" : sender, text, copy, element: lazyEntry(summary, body) }, message.error !== undefined);
    },
  };
}
