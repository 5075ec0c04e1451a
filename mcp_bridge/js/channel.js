// @ts-check
/**
 * The update channel: events go up through one app-only tool, updates come back in its answers.
 *
 * Nothing is lost and nothing is done twice, whatever happens to a call: events carry sequence numbers and stay queued
 * until the server has acknowledged them, an answer carries absolute values and a version, and one event call is in
 * flight at a time (a poll may wait beside it). What is shown is `base`, the confirmed state.
 *
 *     const channel = createChannel({ callTool, config, onUpdate });
 *     channel.open({ session, update });     // the first state, from the opening tool's result
 *     channel.send({ name: "state.handler", payload: {} });
 */
import { createOutbox } from "./outbox.js";
import { bridgePart, resultText } from "./results.js";
import { HostError, randomId } from "./rpc.js";
import { createStore } from "./store.js";

/** Milliseconds before each automatic repeat of a failed call; then the person is asked. */
const RETRY_DELAYS = [300, 1200];
/** Milliseconds between a poll's answer and the next poll, and the longest wait after failed polls. */
const POLL_GAP = 150;
const POLL_MAX_WAIT = 30_000;
/** Failed polls in a row before the person is told. */
const POLL_FAILURES = 3;

/** A refusal by the server. `code` is one of the wire's codes, `retry` whether the same call may succeed later. */
class ServerError extends Error {
  /** @param {WireError} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.retry = error.retry;
  }
}

/** @type {Timers} */
const browserTimers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) };

/**
 * A channel without a session; `open` gives it one.
 * @param {ChannelOptions} options
 * @returns {Channel}
 */
export function createChannel({
  callTool,
  config,
  onUpdate,
  onRefused = () => {},
  mount = randomId(),
  timers = browserTimers,
  isHidden = () => false,
}) {
  const status = createStore(/** @type {ChannelStatus} */ ({ status: "idle" }));
  /** @type {{ version: number, vars: Record<string, Record<string, unknown>> }} */
  let base = { version: -1, vars: {} };
  let session = "";
  let outbox = createOutbox();
  let isCalling = false;
  /** The session that a poll is in flight for. */
  let polling = "";
  let isPending = false;
  let isStopped = false;
  let inContent = false;
  let failures = 0;
  let pollFailures = 0;
  /** @type {{ code: string, message: string } | undefined} */
  let fault;
  /** @type {{ send?: unknown, poll?: unknown }} */
  const timer = {};

  const isExpired = () => fault?.code === "unknown_session";

  /** Publish the status that follows from the fields above. */
  const publish = () => {
    const isBusy = isCalling || outbox.isWaiting();
    /** @type {ChannelStatus} */
    const next = fault ? { status: isExpired() ? "expired" : "error", ...fault } : { status: isBusy ? "busy" : "idle" };
    if (JSON.stringify(next) !== JSON.stringify(status.getSnapshot())) status.set(next);
  };

  /** @param {"send" | "poll"} name @param {number} ms @param {() => void} run */
  const later = (name, ms, run) => {
    timers.clear(timer[name]);
    timer[name] = timers.set(run, ms);
  };

  /**
   * Call a tool and give the bridge's part of its answer. When a host has dropped `_meta`, ask once more for the part
   * in `structuredContent`, and from then on always: the server does nothing twice.
   * @param {string} tool
   * @param {Record<string, unknown>} args
   * @returns {Promise<BridgePart>}
   */
  const call = async (tool, args) => {
    const result = await callTool(tool, { ...args, in_content: inContent });
    const part = bridgePart(result);
    if (part?.error) throw new ServerError(part.error);
    if (part) return part;
    const isRepeatable = !inContent && !result.isError;
    inContent = true;
    if (isRepeatable) return call(tool, args);
    throw new HostError(resultText(result) || "The host gave an answer without the widget's update.", "unsupported");
  };

  /**
   * Take an update into `base` and hand on what it changed. A late one is ignored, but its acknowledgement counts.
   * @param {BridgePart} part
   * @param {number} since The version that was asked from.
   */
  const receive = (part, since) => {
    const { update } = part;
    if (isStopped || !update || (part.session ?? session) !== session) return;
    outbox.acknowledge(update.ack);
    const isReset = update.full && update.version < since;
    if (update.version < base.version && !isReset) return;
    const known = isReset ? -1 : base.version;
    const vars = update.full ? {} : { ...base.vars };
    for (const [state, values] of Object.entries(update.vars)) vars[state] = { ...vars[state], ...values };
    base = { version: update.version, vars };
    isPending = update.pending;
    const events = (update.events ?? []).filter(([version]) => version > known).map(([, event]) => event);
    onUpdate({ delta: update.vars, events, session, version: base.version });
  };

  /** Send what waits, if nothing is in flight. */
  const pump = () => {
    if (isCalling || isStopped || isExpired() || !session) return;
    const events = outbox.next();
    if (!events.length) return;
    timers.clear(timer.send);
    isCalling = true;
    void sendBatch(session, base.version, events);
  };

  /** @param {string} asked @param {number} since @param {object[]} events */
  const sendBatch = async (asked, since, events) => {
    let delay = 0;
    try {
      const part = await call(config.eventTool, { session: asked, mount, since, events });
      if (asked !== session) return;
      receive(part, since);
      settle();
    } catch (error) {
      if (asked !== session) return;
      delay = fail(/** @type {Error} */ (error));
    } finally {
      if (asked === session) {
        isCalling = false;
        if (delay) later("send", delay, pump);
        else if (!fault) pump();
        schedulePoll(0);
        publish();
      }
    }
  };

  /** After an answer: what it did not acknowledge is either still running or has to go again. */
  const settle = () => {
    if (!outbox.answered(isPending)) throw new HostError("The server has not run it.", "rejected");
    failures = 0;
    fault = undefined;
  };

  /**
   * Decide what follows a failed call.
   * @param {Error & { code?: string, retry?: boolean }} error
   * @returns {number} Milliseconds until it is repeated by itself; 0 for not at all.
   */
  const fail = (error) => {
    const code = error.code ?? "internal";
    if (error instanceof ServerError && !error.retry && code !== "unknown_session") {
      if (outbox.refused()) onRefused({ code, message: error.message });
      return 0;
    }
    failures += 1;
    if (code !== "unsupported" && code !== "unknown_session" && failures <= RETRY_DELAYS.length) {
      return RETRY_DELAYS[failures - 1];
    }
    fault = { code, message: error.message };
    return 0;
  };

  /** @param {number} ms */
  const schedulePoll = (ms) => {
    if (isPending && polling !== session && !isStopped) later("poll", ms, () => void poll());
  };

  const poll = async () => {
    if (!isPending || polling === session || isStopped || isExpired() || isHidden()) return;
    const asked = session;
    const since = base.version;
    let delay = POLL_GAP;
    polling = asked;
    try {
      const part = await call(config.pollTool, { session: asked, mount, since });
      if (asked === session) takePoll(part, since);
    } catch (error) {
      if (asked !== session) return;
      delay = Math.min(POLL_MAX_WAIT, 500 * 2 ** pollFailures++);
      const { code = "internal", message } = /** @type {ServerError} */ (error);
      if (code === "unknown_session" || pollFailures >= POLL_FAILURES) fault = { code, message };
    } finally {
      if (polling === asked) polling = "";
      if (asked === session) schedulePoll(delay);
      publish();
    }
  };

  /** @param {BridgePart} part @param {number} since */
  const takePoll = (part, since) => {
    receive(part, since);
    if (pollFailures >= POLL_FAILURES) fault = undefined;
    pollFailures = 0;
    if (isPending) return;
    // The run has ended: what it did not acknowledge was lost with it and goes again.
    outbox.ended();
    if (!fault) pump();
  };

  return {
    mount,
    subscribe: status.subscribe,
    getSnapshot: status.getSnapshot,
    base: () => base,
    session: () => session,

    open(part) {
      if (part.session !== session || isExpired()) {
        session = part.session;
        base = { version: -1, vars: {} };
        outbox = createOutbox();
        failures = pollFailures = 0;
        isCalling = isPending = isStopped = false;
        fault = undefined;
        timers.clear(timer.send);
      }
      receive(part, 0);
      schedulePoll(0);
      publish();
    },

    async reopen({ tool, arguments: args }) {
      inContent = true;
      const part = await call(config.eventTool, { open: { tool, arguments: args }, mount, since: 0, events: [] });
      if (!part.session || !part.update) throw new HostError("The server opened nothing.", "rejected");
      this.open(/** @type {OpenPart} */ (part));
    },

    send(event, { isLazy = false } = {}) {
      if (isStopped || isExpired()) return;
      outbox.add(event, isLazy);
      if (!isLazy && fault) this.retry();
      else pump();
      publish();
    },

    retry() {
      if (isExpired()) return;
      fault = undefined;
      failures = pollFailures = 0;
      pump();
      schedulePoll(0);
      publish();
    },

    refresh() {
      isPending = true;
      schedulePoll(0);
    },

    wake() {
      if (fault) this.retry();
      else schedulePoll(0);
    },

    stop() {
      isStopped = true;
      timers.clear(timer.send);
      timers.clear(timer.poll);
    },
  };
}
