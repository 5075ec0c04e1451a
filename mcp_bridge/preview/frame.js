// @ts-check
/** The frame of a widget: where it is served from, what it may do, and what it knows before its first script. */

import { h } from "./dom.js";

/** The other name of this machine: a frame from there has an origin of its own, with storage, as in real hosts. */
const OTHER_NAME = /** @type {Record<string, string>} */ ({ "127.0.0.1": "localhost", localhost: "127.0.0.1" });

/** That name, if the server allows frames from there: behind a proxy it may know itself by another port. */
function otherName() {
  const name = OTHER_NAME[location.hostname];
  const allowed = document.querySelector('meta[name="frames"]')?.getAttribute("content");
  return name && allowed === `${location.protocol}//${location.host.replace(location.hostname, name)}` ? name : undefined;
}

/**
 * @param {object} options
 * @param {string} options.uri Of the widget's resource.
 * @param {string} options.title For a person who does not see the frame.
 * @param {boolean} options.isOpaque Whether the frame has no origin, and so no storage.
 * @param {string | null} options.direction The text direction that the person chose.
 * @param {{globals: object, methods: string[]} | null} options.openai For a host that has `window.openai`.
 * @returns {HTMLIFrameElement}
 */
export function createFrame({ uri, title, isOpaque, direction, openai }) {
  const src = new URL("preview/frame", document.baseURI);
  src.searchParams.set("uri", uri);
  const other = isOpaque ? undefined : otherName();
  if (other) src.hostname = other;
  const sandbox = `allow-scripts allow-forms${other ? " allow-same-origin" : ""}`;
  const name = JSON.stringify({ preview: { direction, ...(openai && { openai }) } });
  return /** @type {HTMLIFrameElement} */ (h("iframe", { title, sandbox, name, src: src.href }));
}
