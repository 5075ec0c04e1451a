// @ts-check
/**
 * The document of a widget in the `openai` host: `window.openai` first, then the widget's own HTML.
 *
 *     frame.src = await serveFrame(options.sandbox, csp, html, { toolInput, toolOutput, theme, … });
 */

/**
 * Put the document on the sandbox server and return its address.
 * @param {string} sandbox Origin of the sandbox server.
 * @param {unknown} csp Declared domains; undefined for the default policy.
 * @param {string} html
 * @param {Record<string, unknown>} globals
 * @returns {Promise<string>}
 */
export async function serveFrame(sandbox, csp, html, globals) {
  const shim = await (await fetch("openai-shim.js")).text();
  const url = new URL("/frames", sandbox);
  if (csp) url.searchParams.set("csp", JSON.stringify(csp));
  const response = await fetch(url, { method: "POST", body: addShim(html, shim, globals) });
  if (!response.ok) throw new Error(`sandbox server: ${response.status} ${await response.text()}`);
  return new URL(await response.text(), sandbox).href;
}

/**
 * Return the HTML with the shim as its first scripts.
 * @param {string} html
 * @param {string} shim
 * @param {Record<string, unknown>} globals
 * @returns {string}
 */
function addShim(html, shim, globals) {
  const json = JSON.stringify(globals).replaceAll("<", "\\u003c");
  const scripts = `<script type="application/json" id="openai-globals">${json}</script><script>${shim}</script>`;
  const start = /<head[^>]*>|<!doctype[^>]*>/gi;
  const openings = [...html.matchAll(start)];
  const last = openings.find((each) => each[0].startsWith("<head")) ?? openings[0];
  const at = last ? last.index + last[0].length : 0;
  return html.slice(0, at) + scripts + html.slice(at);
}
