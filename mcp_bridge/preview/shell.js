// @ts-check
/** The chat around a widget: what the person said, which tool ran, what the widget asked, and the composer below. */

import { byId, h, icon } from "./dom.js";

/** @typedef {import("./host-context.js").Surroundings} Surroundings */

/** The parts of the chat in index.html. */
export function createShell() {
  const shell = byId("shell");
  const transcript = byId("transcript");
  /** @type {{ask: HTMLElement, settle: (isAllowed: boolean) => void}[]} */
  const asked = [];
  /** Tools that the person allows without being asked again. @type {Set<string>} */
  const allowed = new Set();

  /**
   * @param {string} label
   * @param {string} kind
   * @param {...(Node | string)} content
   */
  function say(label, kind, ...content) {
    transcript.append(h("li", { class: kind }, h("span", { class: "who" }, label), h("div", { class: "bubble", dir: "auto" }, ...content)));
  }

  return {
    /**
     * Look like a host.
     * @param {Surroundings} around
     */
    dress({ profile, theme, device, direction, locale, width, safeArea }) {
      shell.dataset.shell = profile.shell;
      shell.dataset.device = device;
      shell.dataset.theme = theme;
      shell.dir = direction;
      shell.lang = locale;
      shell.style.setProperty("--column", width === null ? "100%" : `${width}px`);
      for (const [side, pixels] of Object.entries(safeArea)) shell.style.setProperty(`--safe-${side}`, `${pixels}px`);
      byId("shell-name").textContent = profile.title;
    },
    /**
     * Begin a chat with the call of a tool.
     * @param {any} tool
     * @param {Record<string, any>} input
     */
    begin(tool, input) {
      const given = Object.entries(input).map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
      byId("shell-prompt").textContent = [tool.title ?? tool.name, ...given].join(" · ");
      byId("shell-tool").textContent = tool.title ?? tool.name;
      shell.dataset.status = "running";
      transcript.replaceChildren();
    },
    /** @param {"running" | "done" | "failed"} status Of the opening call. */
    status: (status) => (shell.dataset.status = status),
    clear() {
      transcript.replaceChildren();
      for (const each of asked.splice(0)) each.settle(false);
      allowed.clear();
      delete shell.dataset.status;
    },
    /** @param {string} text */
    userMessage: (text) => say("User, sent by the widget", "user", text),
    /** @param {string} text */
    modelContext(text) {
      transcript.querySelector(".context")?.remove();
      say("Context for the next turn", "context", text || "See “Model sees”.");
    },
    /** @param {URL} url */
    openLink: (url) =>
      say("Link the widget wants to open", "link", h("code", { dir: "ltr" }, url.href), h("a", { class: "button", href: url.href, target: "_blank", rel: "noopener noreferrer" }, icon("external"), "Open in a new tab")),
    /**
     * Ask the person whether a tool may run.
     * @param {string} name
     * @param {any} given
     * @returns {Promise<boolean>}
     */
    approve(name, given) {
      if (allowed.has(name)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (/** @type {boolean} */ isAllowed) => {
          asked.splice(asked.findIndex((each) => each.settle === settle), 1);
          ask.remove();
          resolve(isAllowed);
        };
        const button = (/** @type {string} */ text, /** @type {string} */ kind, /** @type {() => void} */ onclick) => h("button", { type: "button", class: kind, onclick }, text);
        const ask = h(
          "section",
          { class: "approval card", role: "alertdialog", "aria-labelledby": "approval-title" },
          h("h2", { id: "approval-title" }, "Allow ", h("code", { dir: "ltr" }, name), "?"),
          h("details", { class: "fold" }, h("summary", {}, "Arguments"), h("pre", { dir: "ltr" }, JSON.stringify(given, null, 2))),
          h(
            "div",
            { class: "actions" },
            button("Allow", "primary", () => settle(true)),
            button("Always allow", "", () => (allowed.add(name), settle(true))),
            button("Deny", "", () => settle(false)),
          ),
        );
        asked.push({ ask, settle });
        transcript.before(ask);
        ask.querySelector("button")?.focus();
      });
    },
    /**
     * Answer the oldest question as the person would.
     * @param {boolean} isAllowed
     * @returns {boolean} Whether there was one.
     */
    settle(isAllowed) {
      const first = asked[0];
      first?.settle(isAllowed);
      return Boolean(first);
    },
  };
}
