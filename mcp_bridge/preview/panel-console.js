// @ts-check
/** The panel "Console": what the widget logged, its errors, and what its Content-Security-Policy refused. */

import { h, icon } from "./dom.js";
import { createEntries } from "./entries.js";

/** @typedef {{directive: string, blocked: string, cure?: string, line?: number}} Violation */

const BAD = ["error", "csp", "critical", "alert", "emergency"];

/**
 * The panel's content.
 * @returns {{element: HTMLElement, clear: () => void, log: (level: string, text: string) => void, violation: (violation: Violation) => void}}
 */
export function createConsolePanel() {
  const entries = createEntries({
    name: "console",
    label: "lines",
    empty: "Nothing was logged, no error, no violation of the Content-Security-Policy.",
    kinds: [["csp", "Policy violations"], ["error", "Errors"], ["other", "Other lines"]],
  });
  /** The same refusal again only counts up. @type {Map<string, {times: number, counter: HTMLElement}>} */
  const refused = new Map();

  return {
    element: entries.element,
    clear() {
      refused.clear();
      entries.clear();
    },
    log(level, text) {
      const isBad = BAD.includes(level);
      const element = h("div", { class: `log ${isBad ? "bad" : ""}` }, h("span", { class: "chip" }, level === "csp" ? "CSP" : level), h("pre", { dir: "auto" }, text));
      entries.add({ kind: level === "csp" ? "csp" : isBad ? "error" : "other", text: () => `${level} ${text}`, copy: () => ({ level, text }), element }, isBad);
    },
    violation(violation) {
      const { directive, blocked, cure } = violation;
      const key = JSON.stringify([directive, blocked, cure]);
      const known = refused.get(key);
      if (known) {
        known.times += 1;
        known.counter.textContent = `${known.times} times`;
        return;
      }
      const counter = h("span", { class: "meta" });
      refused.set(key, { times: 1, counter });
      const element = h(
        "div",
        { class: "log bad violation" },
        h("span", { class: "chip" }, "CSP"),
        h(
          "div",
          { class: "stack" },
          h("p", {}, h("code", { dir: "ltr" }, directive), " refused ", h("code", { dir: "ltr" }, blocked || "inline code"), " ", counter),
          cure ? h("p", { class: "cure" }, icon("alert"), h("span", {}, cure)) : null,
        ),
      );
      entries.add({ kind: "csp", text: () => key, copy: () => violation, element }, true);
    },
  };
}
