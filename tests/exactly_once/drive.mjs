// @ts-check
/**
 * The widget's side: update channels as in a bundle, with calls and timers that whoever drives this answers and fires.
 *
 * One command is one line of JSON on stdin, `{do, mount, …}`. When nothing is left to run, one line answers with what
 * the channel did: `calls`, `timers`, `cleared`, `updates`, `refused`, `notices`, and its `status` and `session` now.
 */
import { createInterface } from "node:readline";
import { createChannel } from "../../mcp_bridge/js/channel.js";

const config = JSON.parse(process.argv[2]);

/** @typedef {{ channel: any, isHidden: boolean, calls: Map<number, any>, timers: Map<number, () => void> }} Mount */
/** @type {Map<string, Mount>} */
const mounts = new Map();
let count = 0;

const nothing = () => ({
  calls: /** @type {any[]} */ ([]),
  timers: /** @type {any[]} */ ([]),
  cleared: /** @type {number[]} */ ([]),
  updates: /** @type {any[]} */ ([]),
  refused: /** @type {any[]} */ ([]),
  notices: /** @type {string[]} */ ([]),
});
let done = nothing();

/** A new document. @param {string} mount @returns {Mount} */
function createMount(mount) {
  const calls = new Map();
  const timers = new Map();
  const self = { channel: /** @type {any} */ (undefined), isHidden: false, calls, timers };
  /** @type {{ session: string, seal: string | null }} What the host keeps of the widget. */
  let kept = { session: "", seal: null };
  self.channel = createChannel({
    config,
    mount,
    callTool: (name, args) =>
      new Promise((resolve, reject) => {
        calls.set(++count, { resolve, reject });
        done.calls.push({ id: count, name, arguments: structuredClone(args) });
      }),
    onUpdate: (update) => done.updates.push(structuredClone(update)),
    onStep: (delta) => done.updates.push({ delta: structuredClone(delta), events: [], version: null }),
    onNotice: (message) => done.notices.push(message),
    onConfirmed({ session, seal }) {
      kept = { session, seal: seal ?? (session === kept.session ? kept.seal : null) };
    },
    restoration: (session) => ({ session, seal: kept.seal, tool: "diary", arguments: {} }),
    onRefused: (error) => done.refused.push(error),
    timers: {
      set: (run, ms) => {
        timers.set(++count, run);
        done.timers.push({ id: count, ms });
        return count;
      },
      clear: (id) => {
        if (timers.delete(id)) done.cleared.push(id);
      },
    },
    isHidden: () => self.isHidden,
  });
  mounts.set(mount, self);
  return self;
}

/** @type {Record<string, (mount: Mount, command: any) => void>} */
const commands = {
  open: ({ channel }, { part }) => channel.open(part),
  send: ({ channel }, { event }) => channel.send(event),
  retry: ({ channel }) => channel.retry(),
  refresh: ({ channel }) => channel.refresh(),
  stop: ({ channel }) => channel.stop(),
  hide: (mount) => void (mount.isHidden = true),
  show: (mount) => {
    mount.isHidden = false;
    mount.channel.wake();
  },
  fire: ({ timers }, { id }) => {
    const run = timers.get(id);
    timers.delete(id);
    run?.();
  },
  answer: ({ calls }, { id, result, error }) => {
    const call = calls.get(id);
    calls.delete(id);
    if (error) call?.reject(new Error(error));
    else call?.resolve(result);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const mount = mounts.get(command.mount) ?? createMount(command.mount);
  commands[command.do](mount, command);
  // Promises settle before the next turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  process.stdout.write(`${JSON.stringify({ ...done, status: mount.channel.getSnapshot(), session: mount.channel.session() })}\n`);
  if (command.do === "stop") mounts.delete(command.mount);
  done = nothing();
}
