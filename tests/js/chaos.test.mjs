// @ts-check
/** The channel against a server that restarts and a host that drops, delays, repeats and reorders calls and answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createChannel } from "../../mcp_bridge/js/channel.js";
import { config, createClock } from "./stage.mjs";

const SEEDS = Number(process.env.CHAOS_SEEDS ?? 25);
const STEP = 100;

/** Numbers in [0, 1) that a seed decides (mulberry32). @param {number} seed */
const randomOf = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/**
 * A server as the wire describes it: a handler appends its id to the list `done` in two moves, and tells a toast.
 * @param {{ clock: ReturnType<typeof createClock>, random: () => number }} options
 */
function createServer({ clock, random }) {
  /** @type {Map<string, any>} */
  const sessions = new Map();
  let names = 0;
  let life = 0;
  const wait = (/** @type {number} */ ms) => new Promise((resolve) => clock.set(() => resolve(undefined), ms));
  const refuse = (/** @type {string} */ code, retry = false) => ({
    isError: true,
    _meta: { "mcp-bridge": { error: { code, message: code, retry } } },
  });

  const begin = (/** @type {string[]} */ done, id = `session ${++names}`, ack = 0) => {
    const session = { id, done, first: 1, version: 1, changes: /** @type {any[]} */ ([]), toasts: /** @type {any[]} */ ([]) };
    sessions.set(id, { ...session, taken: ack, ack, runs: Promise.resolve(), running: 0 });
    return sessions.get(id);
  };

  const put = (/** @type {any} */ session) => {
    session.version += 1;
    session.changes.push([session.version, { count: session.done.length, done: [...session.done] }]);
  };

  const run = async (/** @type {any} */ session, /** @type {any} */ event, own = life) => {
    if (own !== life) return;
    await wait(random() < 0.7 ? 0 : random() * 3000);
    if (own !== life) return;
    put(session);
    await wait(random() * 200);
    if (own !== life) return;
    session.done.push(event.payload.id);
    put(session);
    session.toasts.push([++session.version, { name: "_toast", payload: { id: event.payload.id } }]);
    session.ack = event.seq;
    session.running -= 1;
  };

  const answer = (/** @type {any} */ session, since = 0, rest = {}) => {
    const full = since < session.first || since > session.version;
    const news = session.changes.filter((/** @type {any} */ [version]) => version > since);
    /** @type {any} */
    const update = {
      version: session.version,
      full,
      vars: full || news.length ? { state: { done: [...session.done], count: session.done.length } } : {},
      steps: full ? [] : news.map((/** @type {any} */ [, values], /** @type {number} */ index) => [index && 40, { state: values }]),
      events: full ? [] : session.toasts.filter((/** @type {any} */ [version]) => version > since),
      ack: session.ack,
      pending: session.running > 0,
      seal: JSON.stringify([session.id, session.done, session.ack]),
    };
    return { content: [], _meta: { "mcp-bridge": { session: session.id, update, ...rest } } };
  };

  /** The answer, if the process that began it still lives. */
  const alive = (/** @type {number} */ own, /** @type {any} */ session, /** @type {number} */ since) => {
    if (own !== life) throw new Error("the server went away");
    return answer(session, since);
  };

  return {
    begin,
    answer,
    last: () => [...sessions.values()].at(-1),
    /** Lose what runs, and everything but the state that is on disk; versions are never used twice. */
    restart(/** @type {boolean} */ hasDisk) {
      life += 1;
      if (!hasDisk) sessions.clear();
      for (const session of sessions.values()) {
        const version = session.version + 100;
        const lost = { changes: [], toasts: [], taken: session.ack, running: 0, runs: Promise.resolve() };
        Object.assign(session, { first: version, version, ...lost });
      }
    },

    async call(/** @type {string} */ name, /** @type {any} */ args) {
      if (args.restore) {
        const known = sessions.get(args.restore.session);
        if (known) return answer(known, 0, { rung: "session" });
        // Either the count of events is in the snapshot, or the session is a new one: a late call cannot run in it.
        const [id, done, ack] = JSON.parse(args.restore.seal);
        return answer(random() < 0.5 ? begin(done, id, ack) : begin(done), 0, { rung: "snapshot" });
      }
      const session = sessions.get(args.session);
      if (!session) return refuse("unknown_session");
      const began = { life, version: session.version };
      if (name === "reflex_poll") {
        for (let left = 25; left > 0 && session.running && session.version <= args.since; left--) await wait(STEP);
        if (session.running && session.version > began.version) await wait(1400);
        return alive(began.life, session, args.since);
      }
      for (const event of args.events.filter((/** @type {any} */ each) => each.seq > session.taken)) {
        if (event.seq !== session.taken + 1) return refuse("bad_request", true);
        session.taken = event.seq;
        session.running += 1;
        const own = life;
        session.runs = session.runs.then(() => run(session, event, own));
      }
      for (let left = 5; left > 0 && session.running; left--) await wait(STEP);
      return alive(began.life, session, args.since);
    },
  };
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`every event takes effect once and in order, and the view is the server's state (seed ${seed})`, async () => {
    /** bridge: exactly once, whatever the host and the server do. */
    const random = randomOf(seed);
    const clock = createClock();
    const server = createServer({ clock, random });
    const wait = (/** @type {number} */ ms) => new Promise((resolve) => clock.set(() => resolve(undefined), ms));
    let isCalm = false;
    /** @type {any} */
    let shown = {};
    /** @type {string[]} */
    const toasts = [];
    let seal = "";
    const [isRestarting, hasDisk] = [random() < 0.5, random() < 0.5];

    const callTool = async (/** @type {string} */ name, /** @type {any} */ raw) => {
      const args = structuredClone(raw);
      const luck = isCalm ? 1 : random();
      if (!isCalm) await wait(random() * 700);
      if (luck < 0.1) throw new Error("the request was lost");
      const answer = server.call(name, args);
      answer.catch(() => {});
      if (luck < 0.2) server.call(name, args).catch(() => {});
      const result = luck < 0.25 ? await server.call(name, args) : await answer;
      if (!isCalm) await wait(random() * 700);
      if (luck > 0.9 && luck < 1) throw new Error("the answer was lost");
      return structuredClone(result);
    };
    const channel = createChannel({
      callTool,
      config,
      onUpdate({ delta, events }) {
        shown = { ...shown, ...delta.state };
        toasts.push(...events.map(({ payload }) => payload?.id));
      },
      onStep: (vars) => void (shown = { ...shown, ...vars.state }),
      onConfirmed: (confirmed) => void (seal = confirmed.seal ?? seal),
      restoration: (session) => ({ session, seal, tool: "hello", arguments: {} }),
      timers: clock,
    });
    const opened = server.answer(server.begin([]))._meta["mcp-bridge"];
    channel.open(structuredClone(opened));

    /** @type {string[]} */
    const wanted = [];
    for (let step = 0; step < 120; step++) {
      if (random() < 0.12) {
        const id = `e${wanted.length}`;
        wanted.push(id);
        channel.send({ name: "state.append", payload: { id } });
      }
      // opening.js knows what a session was restored into.
      if (random() < 0.03 && channel.session() === opened.session) channel.open(structuredClone(opened));
      if (random() < 0.03) channel.rest();
      if (isRestarting && step === 60) server.restart(hasDisk);
      await clock.pass(STEP);
    }
    isCalm = true;
    for (let step = 0; step < 600 && (step < 60 || channel.getSnapshot().status !== "idle"); step++) {
      if (channel.getSnapshot().status === "error") channel.retry();
      await clock.pass(STEP);
    }
    channel.refresh();
    for (let step = 0; step < 40; step++) await clock.pass(STEP);

    assert.equal(channel.getSnapshot().status, "idle");
    assert.deepEqual(server.last().done, wanted);
    assert.deepEqual(shown, { done: wanted, count: wanted.length });
    assert.equal(new Set(toasts).size, toasts.length);
    if (!isRestarting) assert.deepEqual(toasts, wanted);
  });
}
