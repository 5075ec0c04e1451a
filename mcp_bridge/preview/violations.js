// @ts-check
/** What a violation of the Content-Security-Policy means, and the Python that mends it. */

/** The list of `Csp` that a directive belongs to; mcp_bridge/preview.py makes the policy from them. @type {Record<string, string>} */
const LISTS = {
  "connect-src": "connect",
  "script-src": "resource",
  "script-src-elem": "resource",
  "style-src": "resource",
  "style-src-elem": "resource",
  "img-src": "resource",
  "media-src": "resource",
  "font-src": "resource",
  "frame-src": "frame",
  "base-uri": "base_uri",
};
/** @type {Record<string, string>} */
const WISHES = {
  connect: "call",
  resource: "load something from",
  frame: "show a frame of",
  base_uri: "take its base address from",
};

/**
 * Say what was refused, why, and what to write.
 * @param {{directive: string, blocked: string}} violation As `securitypolicyviolation` names them.
 * @param {string} server The host of this server.
 * @returns {string} Sentences.
 */
export function cure({ directive, blocked }, server) {
  const list = LISTS[directive];
  if (/eval/.test(blocked)) return "Hosts let no widget evaluate text as a script. Import what it needs, or do it in an event handler.";
  if (blocked === "inline" || blocked === "") return "Hosts refuse this inline code or style. Put it into the component.";
  const url = URL.canParse(blocked) ? new URL(blocked) : null;
  if (!url || !["http:", "https:", "ws:", "wss:"].includes(url.protocol)) {
    return `Hosts allow no ${blocked.split(":")[0]}: address here. ${list === "resource" ? "Use a file of `assets`, which the export puts into the bundle." : "Do it in an event handler."}`;
  }
  if (url.host === server) return "A widget in a host never reaches its own server by the network. Do it in an event handler, whose events the host carries.";
  if (!list) return `No host lets a widget use ${directive}. Leave it out.`;
  return `The widget may not ${WISHES[list]} ${url.origin}. Declare it: @widget(on_call=…, csp=Csp(${list}=["${url.origin}"])).`;
}
