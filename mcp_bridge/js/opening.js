// @ts-check
/**
 * From the opening tool's result to the first state: the widget paints from that result and calls no tool.
 *
 * Hosts send the result late (approval, a slow tool), twice, before the handshake, without `_meta`, or no more at all
 * when an old chat is opened again. Then the first state has to be asked for. Where the host has kept the session, that
 * is restored; else the opening tool runs again: by itself if it only reads, else after the person's click.
 */
import { bridgePart, resultText } from "./results.js";

/** Milliseconds until the person is told that the result is still awaited. */
const SLOW = 20_000;
/** Milliseconds that a result may be ahead of its `_meta`, which some hosts hand over separately. */
const GRACE = 1000;
/** Milliseconds without any result until a session that the host has kept is restored. */
const SILENCE = 1500;

/**
 * Watch the host for the opening result; give the first state to `channel`, and what to show meanwhile to `view`. It
 * says `onReload` when the session was shown by an earlier document.
 * @param {{
 *   config: BridgeConfig,
 *   host: Host,
 *   channel: Channel,
 *   view: Store<View>,
 *   kept?: Keeper["read"],
 *   onReload?: () => void,
 *   timers?: Timers,
 * }} options
 * @returns {Opening}
 */
export function createOpening({
  config,
  host,
  channel,
  view,
  kept = () => undefined,
  onReload = () => {},
  timers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) },
}) {
  /** @type {string | undefined} */
  let openedBy;
  /** @type {string | undefined} The session of a result that came without its state. */
  let told;
  /** Whether the session to restore is gone for good. */
  let isGone = false;
  /** @type {unknown} */
  let grace;
  const isOpen = () => view.getSnapshot().phase === "ready";
  const isWaiting = () => view.getSnapshot().phase === "waiting";
  const tool = () => {
    const named = openedBy ?? host.opening().tool ?? "";
    return Object.hasOwn(config.tools, named) ? named : Object.keys(config.tools)[0];
  };
  const call = () => ({ tool: tool(), arguments: host.opening().arguments ?? null });
  const lost = () => (isGone ? undefined : (told ?? kept()?.session));

  /**
   * The opening result, in the session that its own was restored into: that has versions of its own.
   * @param {OpenPart} part
   * @returns {OpenPart}
   */
  const successor = (part) => {
    const session = kept(part.session)?.session ?? part.session;
    return session === part.session ? part : { ...part, session, update: { ...part.update, version: 0, events: [] } };
  };

  /** @param {string} named */
  const restore = async (named) => {
    const { session = named, seal = null, version = 0, vars } = kept(named) ?? {};
    if (vars) {
      // Shown at once; the channel restores the session if the question for what is newer does not find it.
      channel.open({ session, update: { version, full: true, vars, ack: 0, pending: false } });
      channel.refresh();
      onReload();
      return;
    }
    try {
      const rung = await channel.restore({ session, seal, ...call() });
      // Opened from its beginning, it was loaded by that.
      if (rung && rung !== "rerun") onReload();
    } catch (error) {
      if (/** @type {{ retry?: boolean }} */ (error).retry !== false) throw error;
      isGone = true;
      if (!isOpen()) view.set({ phase: "ask" });
    }
  };

  const reopen = async () => {
    const wasOpen = isOpen();
    const session = wasOpen ? undefined : lost();
    if (!wasOpen) view.set({ phase: "waiting" });
    try {
      if (session) await restore(session);
      else await channel.reopen({ tool: tool(), arguments: host.opening().arguments ?? {} });
    } catch (error) {
      if (wasOpen) throw error;
      if (!isOpen()) fail(/** @type {Error} */ (error).message);
    }
  };

  /** @param {string} message */
  const fail = (message) => view.set({ phase: "failed", message });

  const dropped = () => {
    if (isOpen()) return;
    if (lost() || config.tools[tool()]?.readOnly) void reopen();
    else view.set({ phase: "ask" });
  };

  host.on("result", (result) => {
    const part = bridgePart(result);
    if (part?.update && part.session) {
      timers.clear(grace);
      openedBy = part.tool ?? openedBy;
      const isReload = !isOpen() && !!kept(part.session);
      channel.open(successor(/** @type {OpenPart} */ (part)));
      if (isReload) onReload();
    } else if (!isOpen() && result.isError) {
      fail(resultText(result));
    } else if (!isOpen() && grace === undefined) {
      told = part?.session;
      grace = timers.set(dropped, GRACE);
    }
  });
  host.on("kept", () => void reopen());
  host.on("unopened", () => view.set({ phase: "ask", message: "Opening it runs its tool, which may change something." }));
  host.on("cancelled", (reason) => {
    if (!isOpen()) view.set({ phase: "cancelled", message: typeof reason === "string" ? reason : undefined });
  });

  const silence = timers.set(() => {
    if (isWaiting() && grace === undefined && lost()) void reopen();
  }, SILENCE);
  const slow = timers.set(() => {
    if (isWaiting()) view.set({ phase: "slow" });
  }, SLOW);

  return { call, reopen, fail, stop: () => [silence, slow, grace].forEach(timers.clear) };
}
