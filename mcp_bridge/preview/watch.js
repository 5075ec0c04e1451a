// @ts-check
/**
 * First script of a previewed widget: it tells the emulator what only the widget's own document can see, and keeps the
 * text direction that the person chose, since no host context has one.
 * The messages are no JSON-RPC, so neither side of MCP Apps takes them for its own.
 */
(() => {
  const tell = (/** @type {string} */ level, /** @type {string} */ text) =>
    window.parent.postMessage({ preview: "console", level, text: text.slice(0, 4000) }, "*");

  const words = (/** @type {unknown} */ value) => {
    if (value instanceof Error) return value.stack ?? String(value);
    if (typeof value !== "object" || value === null) return String(value);
    try {
      return JSON.stringify(value);
    } catch {
      return String(value);
    }
  };

  for (const level of /** @type {const} */ (["log", "info", "warn", "error"])) {
    const original = console[level];
    console[level] = (...values) => {
      original.apply(console, values);
      tell(level, values.map(words).join(" "));
    };
  }
  window.addEventListener("error", (event) => tell("error", `Uncaught ${words(event.error ?? event.message)}`));
  window.addEventListener("unhandledrejection", (event) => tell("error", `Uncaught in a promise: ${words(event.reason)}`));
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, lineNumber }) =>
    window.parent.postMessage({ preview: "violation", directive: effectiveDirective, blocked: blockedURI, line: lineNumber }, "*"),
  );

  const root = document.documentElement;
  /** @type {string | null} */
  let direction = null;
  const hold = () => {
    if (direction && root.dir !== direction) root.dir = direction;
  };
  const choose = (/** @type {unknown} */ chosen) => {
    direction = chosen === "rtl" || chosen === "ltr" ? chosen : null;
    hold();
  };
  new MutationObserver(hold).observe(root, { attributeFilter: ["dir"] });
  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent) return;
    if (data?.preview === "direction") choose(data.direction);
    if (data?.preview === "refresh") window.dispatchEvent(new Event("mcp-bridge:refresh"));
  });
  try {
    choose(JSON.parse(window.name).preview.direction);
  } catch {
    // A frame with another name is none of ours.
  }
})();
