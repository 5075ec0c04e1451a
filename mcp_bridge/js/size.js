// @ts-check
/**
 * Tells the host the content's height, as MCP Apps' auto-resize does: measured in an animation frame with the root at
 * `max-content`, sent when it changed by more than 4 px, never 0. In fullscreen or at a fixed height nothing is sent:
 * the content fills the frame instead (`data-fill`, set by `appearance.js`).
 *
 * A height that depends on the frame's own (100vh) would grow without end, each step caused by the host's answer to
 * the last. So growth that follows a resize of the frame, with no change of the document between, counts as a loop.
 */

/** Changes up to this many pixels are ignored. */
const TOLERANCE = 4;
/** Steps of growth in a row that only the frame's own growth explains, before they are ignored. */
const MAX_ECHOES = 3;

/**
 * Report the size of `win`'s document from now on.
 * @param {Window & typeof globalThis} win
 * @param {{ report: (size: { width: number, height: number }) => void, context: Store<HostContext> }} options
 * @returns {() => void} Stops reporting.
 */
export function watchSize(win, { report, context }) {
  const root = win.document.documentElement;
  let frame = 0;
  let sent = { width: 0, height: 0, viewport: 0 };
  let echoes = 0;
  let hasMutated = true;

  const measure = () => {
    frame = 0;
    const { displayMode, fixedHeight } = context.getSnapshot();
    if (displayMode === "fullscreen" || fixedHeight) {
      sent.height = 0;
      return;
    }
    const before = root.style.height;
    root.style.height = "max-content";
    const height = Math.ceil(root.getBoundingClientRect().height);
    root.style.height = before;
    const width = Math.ceil(win.innerWidth);
    const growth = height - sent.height;
    if (!height || (Math.abs(growth) <= TOLERANCE && width === sent.width)) return;
    const isEcho = growth > 0 && !hasMutated && win.innerHeight > sent.viewport && width === sent.width;
    echoes = isEcho ? echoes + 1 : 0;
    if (echoes > MAX_ECHOES) return;
    hasMutated = false;
    sent = { width, height, viewport: win.innerHeight };
    report({ width, height });
  };
  const schedule = () => {
    frame ||= win.requestAnimationFrame(measure);
  };

  const resized = new win.ResizeObserver(schedule);
  resized.observe(root);
  resized.observe(win.document.body);
  const mutated = new win.MutationObserver(() => {
    hasMutated = true;
    schedule();
  });
  mutated.observe(win.document.body, { subtree: true, childList: true, characterData: true });
  const unsubscribe = context.subscribe(schedule);
  schedule();
  return () => {
    win.cancelAnimationFrame(frame);
    resized.disconnect();
    mutated.disconnect();
    unsubscribe();
  };
}
