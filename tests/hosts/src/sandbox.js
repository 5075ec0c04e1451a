// @ts-check
/**
 * The outer frame: a sandbox proxy of another origin (MCP Apps 2026-01-26, "Sandbox proxy").
 *
 *     const frame = await loadSandbox(options, resource._meta?.ui?.csp);
 */

import { container } from "./context.js";

const READY = "ui/notifications/sandbox-proxy-ready";

/**
 * Return the address of the proxy whose response carries the CSP for these domains.
 * @param {{ sandbox: string, opaque: boolean }} options
 * @param {unknown} csp `_meta.ui.csp` of the resource, or undefined for the default.
 * @returns {URL}
 */
export function sandboxUrl(options, csp) {
  const url = new URL("/sandbox.html", options.sandbox);
  if (options.opaque) url.searchParams.set("opaque", "1");
  if (csp) url.searchParams.set("csp", JSON.stringify(csp));
  return url;
}

/**
 * Replace the widget's frame by a new proxy and return it when it is ready for the HTML.
 * @param {{ sandbox: string, opaque: boolean }} options
 * @param {unknown} csp
 * @returns {Promise<HTMLIFrameElement>}
 */
export function loadSandbox(options, csp) {
  const frame = document.createElement("iframe");
  frame.title = "Sandbox";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
  frame.src = sandboxUrl(options, csp).href;
  container().replaceChildren(frame);
  return new Promise((resolve) => {
    addEventListener("message", function listen(event) {
      if (event.source !== frame.contentWindow || event.data?.method !== READY) return;
      removeEventListener("message", listen);
      resolve(frame);
    });
  });
}
