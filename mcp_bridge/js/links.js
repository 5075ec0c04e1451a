// @ts-check
/**
 * Sandboxed frames block `window.open` and `target=_blank`, and following a link in place would replace the widget.
 * So links, `window.open` and Reflex's redirects to a web address become a wish to the host.
 */

const WEB = /^(https?:)?\/\//i;
const OUTSIDE = /^(https?:)?\/\/|^(mailto|tel):/i;

/**
 * Reflex events with redirects to a web address marked as external, so that the runtime opens them by `window.open`.
 * @param {any} events An event, or nested lists of events.
 * @returns {any}
 */
export function markExternal(events) {
  if (Array.isArray(events)) return events.map(markExternal);
  if (events?.name !== "_redirect" || !WEB.test(events.payload?.path ?? "")) return events;
  return { ...events, payload: { ...events.payload, external: true } };
}

/**
 * Send web addresses to the host, from now on.
 * @param {Window & typeof globalThis} win
 * @param {{ openLink: (url: string) => void, canOpen: () => boolean, navigate: (to: string) => void }} options
 */
export function interceptLinks(win, { openLink, canOpen, navigate }) {
  const open = win.open;
  const absolute = (/** @type {string} */ url) => (url.startsWith("//") ? `https:${url}` : url);

  win.open = (url, ...rest) => {
    if (!WEB.test(String(url ?? "")) || !canOpen()) return open.call(win, url, ...rest);
    openLink(absolute(String(url)));
    return null;
  };

  win.document.addEventListener("click", (event) => {
    const target = /** @type {Element | null} */ (event.target);
    const link = target?.closest?.("a[href]");
    const href = link?.getAttribute("href") ?? "";
    if (!link || event.defaultPrevented || href.startsWith("#") || link.hasAttribute("download")) return;
    if (!OUTSIDE.test(href)) {
      if (/^[a-z][a-z+.-]*:/i.test(href)) return;
      event.preventDefault();
      navigate(href);
    } else if (canOpen()) {
      event.preventDefault();
      openLink(absolute(href));
    } else {
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener");
    }
  });
}

/**
 * Route every `addEvents` of Reflex's event loop through `markExternal`.
 * @param {{ addEvents: (events: any, ...rest: any[]) => unknown }} eventLoop
 */
export function interceptRedirects(eventLoop) {
  let { addEvents } = eventLoop;
  const marked = (/** @type {any} */ events, /** @type {any[]} */ ...rest) => addEvents(markExternal(events), ...rest);
  Object.defineProperty(eventLoop, "addEvents", {
    configurable: true,
    enumerable: true,
    get: () => marked,
    set: (next) => (addEvents = next),
  });
}
