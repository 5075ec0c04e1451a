// @ts-check
/**
 * From the opening tool's result to the first state: the widget paints from that result and calls no tool.
 *
 * Hosts send the result late (approval, a slow tool), twice, before the handshake, or without `_meta`. In the last case
 * the first state has to be asked for: by itself if the opening tool only reads, else after the person's click, because
 * it runs the tool again.
 */
import { bridgePart, resultText } from "./results.js";

/** Milliseconds until the person is told that the result is still awaited. */
const SLOW = 20_000;
/** Milliseconds that a result may be ahead of its `_meta`, which some hosts hand over separately. */
const GRACE = 1000;

/**
 * Watch the host for the opening result; give the first state to `channel`, and what to show meanwhile to `view`.
 * @param {{ config: BridgeConfig, host: Host, channel: Channel, view: Store<View>, timers?: Timers }} options
 * @returns {Opening}
 */
export function createOpening({
  config,
  host,
  channel,
  view,
  timers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) },
}) {
  /** @type {string | undefined} */
  let openedBy;
  /** @type {unknown} */
  let grace;
  const isOpen = () => view.getSnapshot().phase === "ready";
  const tool = () => {
    const named = openedBy ?? host.opening().tool ?? "";
    return Object.hasOwn(config.tools, named) ? named : Object.keys(config.tools)[0];
  };

  const reopen = async () => {
    const wasOpen = isOpen();
    if (!wasOpen) view.set({ phase: "waiting" });
    try {
      await channel.reopen({ tool: tool(), arguments: host.opening().arguments ?? {} });
    } catch (error) {
      if (wasOpen) throw error;
      fail(/** @type {Error} */ (error).message);
    }
  };

  /** @param {string} message */
  const fail = (message) => view.set({ phase: "failed", message });

  const dropped = () => {
    if (isOpen()) return;
    if (config.tools[tool()]?.readOnly) void reopen();
    else view.set({ phase: "ask" });
  };

  host.on("result", (result) => {
    const part = bridgePart(result);
    if (part?.update && part.session) {
      timers.clear(grace);
      openedBy = part.tool ?? openedBy;
      channel.open(/** @type {OpenPart} */ (part));
    } else if (!isOpen() && result.isError) {
      fail(resultText(result));
    } else if (!isOpen() && grace === undefined) {
      grace = timers.set(dropped, GRACE);
    }
  });
  host.on("cancelled", (reason) => {
    if (!isOpen()) view.set({ phase: "cancelled", message: typeof reason === "string" ? reason : undefined });
  });

  const slow = timers.set(() => {
    if (view.getSnapshot().phase === "waiting") view.set({ phase: "slow" });
  }, SLOW);

  return { reopen, fail, stop: () => [slow, grace].forEach(timers.clear) };
}
