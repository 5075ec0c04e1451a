// @ts-check
/**
 * The events that the server has not acknowledged yet, in order, each with its sequence number, and what to cancel.
 *
 * The server takes the numbers of one mount without gaps and runs each once, so a call can be repeated; and it takes
 * the events of a call all or none, so an event that it will never take has to be found by sending them one by one. It
 * cancels before it runs: so a cancel never goes with the repeat of a call that was there before it.
 */

/** Limits of one call, as the server has them: events, and bytes of their JSON. */
const MAX_EVENTS = 50;
const MAX_BYTES = 256 * 1024;

/**
 * The wire form of a Reflex event. As in Reflex's own encoder, undefined values are sent as null.
 * @param {ReflexEvent} event
 * @returns {ReflexEvent}
 */
function encodeEvent({ name, payload, router_data, upload }) {
  const plain = { name, payload: payload ?? {}, router_data: router_data ?? {}, ...(upload && { upload }) };
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
  /** @type {string[]} Handlers that the server has to stop. */
  let cancels = [];
  /** @type {{ batch: QueuedEvent[], cancels: string[] } | undefined} The call in flight or to be repeated. */
  let current;
  /** Up to this number events go one to a call. */
  let singlesUntil = 0;

  const choose = () => {
    const ready = queue.filter((entry) => !entry.isAccepted);
    if (ready.every((entry) => entry.isLazy)) return [];
    // What the server has taken and not committed goes along, since a server that was restarted needs it first.
    const due = queue.slice(0, ready[0].seq <= singlesUntil ? queue.indexOf(ready[0]) + 1 : undefined);
    let bytes = 0;
    const end = due.findIndex((entry, index) => index >= MAX_EVENTS || (bytes += byteLength(entry)) > MAX_BYTES);
    return due.slice(0, end < 0 ? undefined : Math.max(end, 1));
  };

  /**
   * Keep only some of the queue, numbered without gaps.
   * @param {(entry: QueuedEvent) => boolean} isKept
   * @param {number} [first] The number of the first one.
   */
  const keep = (isKept, first = queue[0]?.seq ?? lastSeq + 1) => {
    queue = queue.filter(isKept);
    for (const [index, entry] of queue.entries()) entry.seq = first + index;
    lastSeq = first + queue.length - 1;
  };

  const again = () => {
    cancels = [...(current?.cancels ?? []), ...cancels];
    current = undefined;
    for (const entry of queue) entry.isAccepted = false;
  };

  return {
    add(event, isLazy) {
      queue.push({ seq: ++lastSeq, event: encodeEvent(event), isLazy, isAccepted: false, wasSent: false });
    },

    cancel(name) {
      if (!cancels.includes(name)) cancels.push(name);
      keep((entry) => entry.wasSent || entry.event.name !== name);
    },

    isWaiting: () => queue.some((entry) => !entry.isLazy) || cancels.length > 0 || !!current?.cancels.length,

    next() {
      if (!current) {
        const batch = choose();
        if (!batch.length && !cancels.length) return undefined;
        for (const entry of batch) entry.wasSent = true;
        current = { batch, cancels };
        cancels = [];
      }
      const events = current.batch.map(({ seq, event }) => ({ seq, ...event }));
      return current.cancels.length ? { events, cancel: current.cancels } : { events };
    },

    acknowledge(seq) {
      queue = queue.filter((entry) => entry.seq > seq);
    },

    answered(isRunning) {
      const open = current?.batch.filter((entry) => queue.includes(entry)) ?? [];
      for (const entry of open) entry.isAccepted = isRunning;
      current = undefined;
      return isRunning || !open.length;
    },

    ended() {
      for (const entry of queue) entry.isAccepted = false;
    },

    again,

    refused() {
      const { batch = [], cancels: sent = [] } = current ?? {};
      const [first, ...more] = batch.filter((entry) => !entry.isAccepted);
      current = undefined;
      if (!first) return true;
      cancels = [...sent, ...cancels];
      if (more.length) {
        singlesUntil = more[more.length - 1].seq;
        return false;
      }
      keep((entry) => entry !== first);
      singlesUntil -= 1;
      return true;
    },

    restored(ack) {
      again();
      keep((entry) => entry.seq > ack, ack + 1);
      singlesUntil = 0;
    },
  };
}
