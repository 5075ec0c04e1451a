// @ts-check
/**
 * First script of a previewed widget: it tells the preview what only the widget's own document can see.
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
  document.addEventListener("securitypolicyviolation", (event) =>
    tell("csp", `${event.effectiveDirective} refused ${event.blockedURI || "inline code"} (line ${event.lineNumber})`),
  );
})();
