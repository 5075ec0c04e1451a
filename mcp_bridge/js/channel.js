// @ts-check
/**
 * The update channel: events go up through one app-only tool, updates come back in its answers.
 *
 * Nothing is lost and nothing is done twice, whatever happens to a call: events carry sequence numbers and stay queued
 * until the server has acknowledged them, an answer carries absolute values and a version, and one event call is in
 * flight at a time (a poll may wait beside it). A session that the server has lost is restored, once by itself. What is
 * shown is `base`, the confirmed state, and before it the playback of the views that led to it.
 *
 *     const channel = createChannel({ callTool, config, onUpdate });
 *     channel.open({ session, update });     // the first state, from the opening tool's result
 *     channel.send({ name: "state.handler", payload: {} });
 */
import { createCaller, ServerError } from "./caller.js";
import { createOutbox } from "./outbox.js";
import { createPlayer } from "./player.js";
import { createPoller } from "./poller.js";
import { HostError, randomId } from "./rpc.js";
import { createStore } from "./store.js";

/** Milliseconds before each automatic repeat of a failed call; then the person is asked. */
const RETRY_DELAYS = [300, 1200];
const LOST = "unknown_session";
/** How hosts say that a person did not allow a call; there is no code for it. */
const DENIED = /\b(denied|declined|disallowed|(not|n't) (allow|approve|permit))/i;

/** @type {Timers} */
const browserTimers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) };

/**
 * A channel without a session; `open` or `restore` gives it one.
 * @param {ChannelOptions} options
 * @returns {Channel}
 */
export function createChannel({
  callTool,
  config,
  onUpdate,
  onStep = () => {},
  onConfirmed = () => {},
  onRefused = () => {},
  onNotice = () => {},
  restoration,
  mount = randomId(),
  timers = browserTimers,
  isHidden = () => false,
}) {
  const status = createStore(/** @type {ChannelStatus} */ ({ status: "idle" }));
  /** @type {{ version: number, vars: Vars }} */
  let base = { version: -1, vars: {} };
  let session = "";
  let outbox = createOutbox();
  /** Counts sessions and losses of one: answers to calls of an earlier era mean nothing any more. */
  let era = 0;
  let isCalling = false;
  let isRestoring = false;
  /** Whether the server has lost the session, and it is to be restored before anything else is asked. */
  let isLost = false;
  /** How often the session was restored by itself since a call in it was answered. */
  let unproven = 0;
  let isPending = false;
  /** Counts answers that said "pending", so that one from before them does not end it. */
  let pendings = 0;
  let isStopped = false;
  let failures = 0;
  /** @type {{ code: string, message: string } | undefined} */
  let fault;
  /** @type {unknown} */
  let timer;

  const { call, begin: callForSession, useContent } = createCaller(callTool);
  const isExpired = () => fault?.code === LOST;

  /** Publish the status that follows from the fields above. */
  const publish = () => {
    const isBusy = isCalling || isRestoring || outbox.isWaiting();
    /** @type {ChannelStatus} */
    const next = fault ? { status: isExpired() ? "expired" : "error", ...fault } : { status: isBusy ? "busy" : "idle" };
    if (JSON.stringify(next) !== JSON.stringify(status.getSnapshot())) status.set(next);
  };

  const player = createPlayer({ show: onStep, timers, isHidden });
  const poller = createPoller({
    ask: () => askForNews(),
    isWanted: () => (isPending || !!config.live) && !!session && !isStopped && !isExpired() && !isRestoring && !isLost,
    isHidden,
    onTrouble(error) {
      fault = error && { code: /** @type {ServerError} */ (error).code ?? "internal", message: error.message };
      publish();
    },
    timers,
  });

  /** What a question has to remember until its answer. */
  const ask = () => ({ era, since: base.version, pendings });

  /**
   * Take an update into `base` and hand on what it changed. A late one is ignored, but its acknowledgement counts.
   * @param {BridgePart} part
   * @param {{ since: number, pendings: number, isPoll?: boolean }} asked
   * @param {boolean} [isStored] Whether it is the opening result.
   * @returns {boolean} Whether it brought news.
   */
  const receive = (part, asked, isStored = false) => {
    const { update } = part;
    if (isStopped || !update || (part.session ?? session) !== session) return false;
    outbox.acknowledge(update.ack);
    const isReset = update.full && update.version < asked.since;
    if (update.version < base.version && !isReset) return false;
    const known = isReset ? -1 : base.version;
    const { version, seal, context } = update;
    const vars = update.full ? {} : { ...base.vars };
    for (const [state, values] of Object.entries(update.vars)) vars[state] = { ...vars[state], ...values };
    base = { version, vars };
    if (update.pending) pendings += 1;
    isPending = update.pending || asked.pendings !== pendings;
    const hasNews = version > known;
    // A repeat of what is being played is shown at the playback's end.
    if (hasNews || !player.isPlaying()) {
      const events = (update.events ?? []).filter(([at]) => at > known).map(([, event]) => event);
      // The steps of an answer begin where it was asked; what has been shown since is not shown again.
      const steps = (hasNews && asked.since === known && update.steps) || [];
      const show = () => onUpdate({ delta: update.vars, events, session, version });
      player.play(steps, update.vars, show, asked.isPoll);
    }
    onConfirmed({ session, version, seal, context, isStored });
    return hasNews;
  };

  /** Send what waits, if nothing is in flight. */
  const pump = () => {
    if (isCalling || isRestoring || isStopped || isExpired() || !session) return;
    if (isLost) {
      void recover();
      return;
    }
    const next = outbox.next();
    if (!next) return;
    timers.clear(timer);
    isCalling = true;
    void sendNext(next);
  };

  /** @param {object} next Events and cancels. */
  const sendNext = async (next) => {
    const asked = ask();
    let delay = 0;
    try {
      const part = await call(config.eventTool, { session, mount, since: asked.since, ...next });
      if (asked.era !== era) return;
      receive(part, asked);
      // What was not acknowledged is either still running or has to go again.
      if (!outbox.answered(isPending)) throw new HostError("The server has not run it.", "rejected");
      failures = 0;
      fault = undefined;
      unproven = 0;
    } catch (error) {
      if (asked.era === era) delay = fail(/** @type {Error} */ (error));
    } finally {
      if (asked.era === era) {
        isCalling = false;
        if (delay) repeat(delay);
        else if (!fault) pump();
        poller.wake();
        publish();
      }
    }
  };

  /** @param {number} ms */
  const repeat = (ms) => {
    timers.clear(timer);
    timer = timers.set(pump, ms);
  };

  /**
   * Decide what follows a failed call.
   * @param {Error & { code?: string, retry?: boolean }} error
   * @returns {number} Milliseconds until it is repeated by itself; 0 for not at all.
   */
  const fail = (error) => {
    const { code = "internal", message } = error;
    if (code === LOST) return lose(error);
    if (error instanceof ServerError && !error.retry) {
      if (outbox.refused()) onRefused({ code, message });
      return 0;
    }
    if (error instanceof ServerError) outbox.again();
    failures += 1;
    const isFinal = code === "unsupported" || DENIED.test(message);
    if (!isFinal && failures <= RETRY_DELAYS.length) return RETRY_DELAYS[failures - 1];
    fault = { code, message };
    return 0;
  };

  /** Poll once; whether there was news, or more is pending. */
  const askForNews = async () => {
    const asked = ask();
    try {
      const part = await call(config.pollTool, { session, mount, since: asked.since });
      if (asked.era !== era) return false;
      const hasNews = receive(part, { ...asked, isPoll: true });
      unproven = 0;
      if (isPending) return true;
      // The run has ended: what it did not acknowledge was lost with it and goes again.
      outbox.ended();
      if (!fault) pump();
      publish();
      return hasNews;
    } catch (error) {
      if (asked.era !== era) return false;
      if (/** @type {ServerError} */ (error).code !== LOST) throw error;
      const delay = lose(/** @type {Error} */ (error));
      if (delay) repeat(delay);
      return false;
    }
  };

  /**
   * The server no longer has the session.
   * @param {Error} error
   * @returns {number} Milliseconds until it is to be restored once more; 0 if it is being restored, or is given up.
   */
  const lose = (error) => {
    if (restoration && unproven <= RETRY_DELAYS.length) {
      isLost = true;
      if (!unproven) void recover();
      return unproven && RETRY_DELAYS[unproven - 1];
    }
    fault = { code: LOST, message: error.message };
    publish();
    return 0;
  };

  /** Restore the session by itself, before what is queued goes again. */
  const recover = async () => {
    const own = era + 1;
    try {
      if (restoration) await restore(restoration(session));
    } catch (error) {
      if (own !== era) return;
      const isFinal = error instanceof ServerError && !error.retry;
      const delay = isFinal ? 0 : fail(/** @type {Error} */ (error));
      if (isFinal) fault = { code: LOST, message: error.message };
      if (delay) repeat(delay);
      publish();
    }
  };

  /**
   * @param {Restoration} from
   * @returns {Promise<BridgePart["rung"]>} By which way; undefined if something newer was begun meanwhile.
   */
  const restore = async (from) => {
    const own = ++era;
    isCalling = false;
    isRestoring = true;
    timers.clear(timer);
    poller.reset();
    publish();
    try {
      const part = await callForSession(config.eventTool, { restore: from, mount, since: 0, events: [] });
      if (own !== era || isStopped) return;
      unproven += 1;
      outbox.restored(part.update.ack);
      begin(part);
      if (part.notice) onNotice(part.notice);
      return part.rung;
    } finally {
      if (own === era) isRestoring = false;
      publish();
    }
  };

  /**
   * Start with a session, of which nothing is confirmed yet.
   * @param {OpenPart} part
   * @param {boolean} [isStored]
   */
  const begin = (part, isStored = false) => {
    player.finish();
    era += 1;
    session = part.session;
    base = { version: -1, vars: {} };
    failures = 0;
    isCalling = isRestoring = isLost = isPending = isStopped = false;
    fault = undefined;
    timers.clear(timer);
    poller.reset();
    receive(part, { since: 0, pendings }, isStored);
    pump();
    poller.wake();
    publish();
  };

  /** @param {OpenPart} part @param {boolean} [isStored] */
  const openWith = (part, isStored) => {
    outbox = createOutbox();
    unproven = 0;
    begin(part, isStored);
  };

  return {
    mount,
    subscribe: status.subscribe,
    getSnapshot: status.getSnapshot,
    base: () => base,
    session: () => session,

    open(part) {
      if (part.session !== session || isExpired()) {
        openWith(part, true);
        return;
      }
      const wasPending = isPending;
      receive(part, { since: 0, pendings }, true);
      isPending ||= wasPending;
      poller.wake();
      publish();
    },

    async reopen({ tool, arguments: args }) {
      useContent();
      const question = { open: { tool, arguments: args }, mount, since: 0, events: [] };
      openWith(await callForSession(config.eventTool, question));
    },

    restore,

    send(event, { isLazy = false } = {}) {
      if (isStopped || isExpired()) return;
      if (!isLazy) player.finish();
      outbox.add(event, isLazy);
      if (!isLazy && fault) this.retry();
      else pump();
      publish();
    },

    async sendChunk(chunk) {
      for (const delay of [...RETRY_DELAYS, 0]) {
        try {
          await call(config.eventTool, { session, mount, since: base.version, events: [], upload: chunk });
          return;
        } catch (error) {
          const { code, retry = true } = /** @type {ServerError} */ (error);
          if (code === LOST) lose(/** @type {Error} */ (error));
          if (!delay || !retry || isStopped) throw error;
          await new Promise((resolve) => timers.set(() => resolve(undefined), delay));
        }
      }
    },

    cancel(name) {
      if (isStopped || isExpired()) return;
      player.finish();
      outbox.cancel(name);
      if (fault) this.retry();
      else pump();
      publish();
    },

    retry() {
      if (isExpired()) return;
      fault = undefined;
      failures = 0;
      poller.forgive();
      pump();
      poller.wake();
      publish();
    },

    refresh() {
      isPending = true;
      poller.wake();
    },

    wake() {
      if (fault) this.retry();
      else poller.wake();
    },

    rest: player.finish,

    stop() {
      player.finish();
      isStopped = true;
      timers.clear(timer);
      poller.reset();
    },
  };
}
