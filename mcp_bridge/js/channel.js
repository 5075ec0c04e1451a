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
import { bridgePart, resultText } from "./results.js";
import { HostError, randomId } from "./rpc.js";
import { createStore } from "./store.js";

/** Limits of one call, as the server has them: events, and bytes of their JSON. */
const MAX_EVENTS = 50;
const MAX_BYTES = 256 * 1024;
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

/**
 * The wire form of a Reflex event. As in Reflex's own encoder, undefined values are sent as null.
 * @param {ReflexEvent} event
 * @returns {{ name: string, payload: object, router_data: object }}
 */
function encodeEvent({ name, payload, router_data }) {
  const plain = { name, payload: payload ?? {}, router_data: router_data ?? {} };
  return JSON.parse(JSON.stringify(plain, (_key, value) => (value === undefined ? null : value)));
}

/** @param {unknown} value */
const byteLength = (value) => new TextEncoder().encode(JSON.stringify(value)).length;

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
  let lastSeq = 0;
  /** @type {QueuedEvent[]} In order; an event leaves when it is acknowledged or refused. */
  let queue = [];
  /** @type {QueuedEvent[]} The events of the call that is in flight or is to be repeated. */
  let batch = [];
  let isCalling = false;
  /** The session that a poll is in flight for. */
  let polling = "";
  let isPending = false;
  let isStopped = false;
  let inContent = false;
  /** Up to this number events go one to a call, to find the one that was refused. */
  let singlesUntil = 0;
  let failures = 0;
  let pollFailures = 0;
  /** @type {{ code: string, message: string } | undefined} */
  let fault;
  /** @type {{ send?: unknown, poll?: unknown }} */
  const timer = {};

  const isExpired = () => fault?.code === "unknown_session";

  /** Publish the status that follows from the fields above. */
  const publish = () => {
    const isBusy = isCalling || queue.some((entry) => !entry.isLazy);
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
   * Take an update into `base` and hand on what it changed.
   * @param {BridgePart} part
   * @param {number} since The version that was asked from.
   * @returns {boolean} Whether the update was news; a late answer is not, but its acknowledgement counts.
   */
  const receive = (part, since) => {
    const { update } = part;
    if (isStopped || !update || (part.session ?? session) !== session) return false;
    queue = queue.filter((entry) => entry.seq > update.ack);
    const isReset = update.full && update.version < since;
    if (update.version < base.version && !isReset) return false;
    const known = isReset ? -1 : base.version;
    const vars = update.full ? {} : { ...base.vars };
    for (const [state, values] of Object.entries(update.vars)) vars[state] = { ...vars[state], ...values };
    base = { version: update.version, vars };
    isPending = update.pending;
    const events = (update.events ?? []).filter(([version]) => version > known).map(([, event]) => event);
    onUpdate({ delta: update.vars, events, session, version: base.version });
    return true;
  };

  /** Choose the events of the next call. */
  const nextBatch = () => {
    const ready = queue.filter((entry) => !entry.isAccepted);
    if (!ready.some((entry) => !entry.isLazy)) return [];
    if (ready[0].seq <= singlesUntil) return ready.slice(0, 1);
    let bytes = 0;
    const fits = (/** @type {QueuedEvent} */ entry) => (bytes += byteLength(entry)) <= MAX_BYTES;
    const end = ready.slice(0, MAX_EVENTS).findIndex((entry) => !fits(entry));
    return ready.slice(0, end < 0 ? MAX_EVENTS : Math.max(end, 1));
  };

  /** Send what waits, if nothing is in flight. */
  const pump = () => {
    if (isCalling || isStopped || isExpired() || !session) return;
    if (!batch.length) batch = nextBatch();
    if (!batch.length) return;
    timers.clear(timer.send);
    isCalling = true;
    void sendBatch(session, base.version);
  };

  /** @param {string} asked @param {number} since */
  const sendBatch = async (asked, since) => {
    const events = batch.map(({ seq, event }) => ({ seq, ...event }));
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
    const open = queue.filter((entry) => batch.includes(entry));
    for (const entry of open) entry.isAccepted = isPending;
    batch = [];
    if (open.length && !isPending) throw new HostError("The server has not run the last action.", "rejected");
    failures = 0;
    fault = undefined;
  };

  /**
   * Drop an event that was refused. The server takes numbers without gaps, and nothing after it was taken yet.
   * @param {QueuedEvent} refused
   */
  const drop = (refused) => {
    queue = queue.filter((entry) => entry !== refused);
    for (const entry of queue) entry.seq -= Number(entry.seq > refused.seq);
    lastSeq -= 1;
    singlesUntil -= 1;
  };

  /**
   * Decide what follows a failed call.
   * @param {Error & { code?: string, retry?: boolean }} error
   * @returns {number} Milliseconds until it is repeated by itself; 0 for not at all.
   */
  const fail = (error) => {
    const code = error.code ?? "internal";
    if (error instanceof ServerError && !error.retry && code !== "unknown_session") {
      if (batch.length > 1) singlesUntil = batch[batch.length - 1].seq;
      else {
        drop(batch[0]);
        onRefused({ code, message: error.message });
      }
      batch = [];
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
    for (const entry of queue) entry.isAccepted = false;
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
        queue = [];
        batch = [];
        lastSeq = failures = pollFailures = singlesUntil = 0;
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
      queue.push({ seq: ++lastSeq, event: encodeEvent(event), isLazy, isAccepted: false });
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
