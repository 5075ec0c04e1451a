// @ts-check
/**
 * The events that the server has not acknowledged yet, in order, each with its sequence number.
 *
 * The server takes the numbers of one mount without gaps and runs each once, so a call can be repeated; and it takes
 * the events of a call all or none, so an event that it will never take has to be found by sending them one by one.
 */

/** Limits of one call, as the server has them: events, and bytes of their JSON. */
const MAX_EVENTS = 50;
const MAX_BYTES = 256 * 1024;

/**
 * The wire form of a Reflex event. As in Reflex's own encoder, undefined values are sent as null.
 * @param {ReflexEvent} event
 * @returns {ReflexEvent}
 */
function encodeEvent({ name, payload, router_data }) {
  const plain = { name, payload: payload ?? {}, router_data: router_data ?? {} };
  return JSON.parse(JSON.stringify(plain, (_key, value) => (value === undefined ? null : value)));
}

/** @param {QueuedEvent} entry */
const byteLength = ({ event }) => new TextEncoder().encode(JSON.stringify(event)).length + 20;

/**
 * An empty outbox.
 * @returns {Outbox}
 */
export function createOutbox() {
  let lastSeq = 0;
  /** @type {QueuedEvent[]} */
  let queue = [];
  /** @type {QueuedEvent[]} The events of the call that is in flight or is to be repeated. */
  let batch = [];
  /** Up to this number events go one to a call. */
  let singlesUntil = 0;

  const choose = () => {
    const ready = queue.filter((entry) => !entry.isAccepted);
    if (ready.every((entry) => entry.isLazy)) return [];
    if (ready[0].seq <= singlesUntil) return [ready[0]];
    let bytes = 0;
    const end = ready.findIndex((entry, index) => index >= MAX_EVENTS || (bytes += byteLength(entry)) > MAX_BYTES);
    return ready.slice(0, end < 0 ? undefined : Math.max(end, 1));
  };

  return {
    add: (event, isLazy) => void queue.push({ seq: ++lastSeq, event: encodeEvent(event), isLazy, isAccepted: false }),

    isWaiting: () => queue.some((entry) => !entry.isLazy),

    next() {
      if (!batch.length) batch = choose();
      return batch.map(({ seq, event }) => ({ seq, ...event }));
    },

    acknowledge(seq) {
      queue = queue.filter((entry) => entry.seq > seq);
    },

    answered(isRunning) {
      const open = batch.filter((entry) => queue.includes(entry));
      for (const entry of open) entry.isAccepted = isRunning;
      batch = [];
      return isRunning || !open.length;
    },

    ended() {
      for (const entry of queue) entry.isAccepted = false;
    },

    refused() {
      const [first, ...more] = batch;
      batch = [];
      if (more.length) {
        singlesUntil = more[more.length - 1].seq;
        return false;
      }
      queue = queue.filter((entry) => entry !== first);
      for (const entry of queue) if (entry.seq > first.seq) entry.seq -= 1;
      lastSeq -= 1;
      singlesUntil -= 1;
      return true;
    },
  };
}
