// @ts-check
/**
 * The emulator behind the page: one scene, one tool, one widget in one host. `window.emulator` is the same for programs.
 *
 *     await emulator.set({ host: "chatgpt", theme: "dark", quirks: ["offline"] });
 *     const result = await emulator.run();
 *     emulator.calls;      // [{ name, arguments, result, ms }, …]
 */
import { createCalls, pause } from "./calls.js";
import { insteadOfCalling } from "./delivery.js";
import { surroundings } from "./host-context.js";
import { createRecord } from "./record.js";
import { changeScene, readScene, writeScene } from "./scene.js";
import { createShell } from "./shell.js";
import { createStage } from "./stage.js";
import { uriOf } from "./tools.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {ReturnType<typeof createEmulator>} Emulator */

/** Quirks that an open widget has met already; a change mounts it anew. */
const MOUNTING = /^(late|early|openai-only)-result|whole-output|meta-dropped|revisit|mount|opaque|fixed-height|no-|partial/;
const PREFERS_DARK = matchMedia("(prefers-color-scheme: dark)");
/** A hash longer than this is cut: the input stays out of it. */
const HASH_CHARACTERS = 6000;

/** What a call ends with when the person stops it. */
export class Stopped extends Error {}

/**
 * @param {import("./mcp.js").Client} request
 */
export function createEmulator(request) {
  /** @type {Scene} */
  let scene = readScene(location.hash);
  /** @type {any[]} */
  let tools = [];
  /** What `resources/list` says of each `ui://` URI. @type {Map<string, any>} */
  let resources = new Map();
  /** @type {AbortController | null} */
  let running = null;
  /** @type {() => void} */
  let begin = () => undefined;
  /** @type {Promise<void>} When the tools of the server are known. */
  const ready = new Promise((resolve) => (begin = resolve));

  const log = createRecord();
  const shell = createShell();
  const around = () => surroundings(scene, { prefersDark: PREFERS_DARK.matches, language: navigator.language });
  const callTool = createCalls({
    request,
    find: (name) => tools.find((each) => each.name === name),
    quirks: () => around().quirks,
    patience() {
      const { quirks, profile } = around();
      return quirks.get("timeout-60s") ?? (profile.callSeconds && profile.callSeconds * 1000);
    },
    approve: (name, given) => ask(name, given),
    noting() {
      const begun = log.epoch();
      // A call of a widget that has gone is none of the next one's.
      return (call) => void (begun === log.epoch() && log.add("calls", call));
    },
  });
  const stage = createStage({ around, log, shell, callTool: counted });

  /**
   * @param {any} params
   * @param {(params: any) => void} onProgress
   */
  async function counted(params, onProgress) {
    const begun = log.epoch();
    log.set("inFlight", log.record.inFlight + 1);
    try {
      return await callTool(params, onProgress);
    } finally {
      if (begun === log.epoch()) log.set("inFlight", log.record.inFlight - 1);
    }
  }

  /**
   * @param {string} name
   * @param {any} given
   */
  async function ask(name, given) {
    const isAllowed = await shell.approve(name, given);
    log.add("approvals", { name, isAllowed });
    return isAllowed;
  }

  const tool = () => tools.find((each) => each.name === scene.tool) ?? tools.find((each) => uriOf(each)) ?? tools[0];

  /** @param {string | undefined} uri */
  const hasBorder = (uri) => resources.get(uri ?? "")?._meta?.ui?.prefersBorder !== false;

  /** Put the scene into the address, without a new entry in the history. */
  function writeHash() {
    const { input, ...rest } = scene;
    const whole = writeScene(scene);
    const hash = `#${whole.length <= HASH_CHARACTERS ? whole : writeScene(rest)}`;
    if (hash !== location.hash) history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
  }

  /**
   * Change from one scene to another, in the open widget too.
   * @param {Scene} next
   */
  async function apply(next) {
    const [before, previous] = [around(), scene];
    scene = next;
    const now = around();
    shell.dress(now);
    log.tell("scene", scene);
    if (previous.tool !== scene.tool) {
      running?.abort(new Stopped());
      await stage.clear();
      log.clear();
    }
    if (JSON.stringify(previous.widgetState) !== JSON.stringify(scene.widgetState)) stage.forget(scene.widgetState);
    stage.show(scene.displayMode ?? now.profile.displayMode ?? "inline");
    const mounting = (/** @type {Map<string, number>} */ quirks) => [...quirks.keys()].filter((id) => MOUNTING.test(id)).join();
    if (before.host !== now.host || mounting(before.quirks) !== mounting(now.quirks)) {
      if (before.host !== now.host) stage.forget(scene.widgetState);
      await stage.mount(true);
    } else {
      stage.contextChanged();
      stage.directionChanged();
    }
  }

  /**
   * Call the tool as the model would, and open its widget meanwhile.
   * @returns {Promise<any>} The result; null if the call was cancelled.
   * @throws {Error} If the call failed.
   */
  async function run() {
    // At once, so that nobody takes the widget before for this one.
    log.set("state", "loading");
    await ready;
    const done = call();
    log.tell("run", { tool: tool(), input: scene.input ?? {}, done });
    return done;
  }

  async function call() {
    running?.abort(new Stopped());
    const own = (running = new AbortController());
    const named = tool();
    const input = scene.input ?? {};
    const uri = uriOf(named);
    await stage.clear();
    log.clear();
    shell.dress(around());
    shell.begin(named, input);
    const needsLeave = around().quirks.has("input-after-approval");
    stage.show(scene.displayMode ?? around().profile.displayMode ?? "inline");
    if (uri) {
      await stage.open({ uri, tool: named, input, hasBorder: hasBorder(uri), isAllowed: !needsLeave }, scene.widgetState);
    }
    try {
      if (needsLeave && !(await ask(named.name, input))) throw new Stopped("The person did not allow the tool.");
      stage.allow();
      const result = await obtain(named, input, own.signal);
      if (own !== running) return null;
      log.set("result", result);
      shell.status(result.isError ? "failed" : "done");
      if (uri) stage.answer({ result });
      return result;
    } catch (error) {
      if (own !== running) return null;
      const isStopped = error instanceof Stopped;
      shell.status("failed");
      if (uri) stage.answer({ reason: isStopped && error.message ? error.message : isStopped ? "The call was stopped." : String(error) });
      if (isStopped) return null;
      if (!uri) log.set("state", "failed");
      throw error;
    } finally {
      if (own === running) running = null;
    }
  }

  /**
   * The result of the tool: the scene's own, a quirk's, or the server's.
   * @param {any} named
   * @param {Record<string, any>} input
   * @param {AbortSignal} signal
   */
  async function obtain(named, input, signal) {
    const { quirks } = around();
    if (quirks.has("cancelled")) throw new Stopped("The person stopped the tool.");
    const ready = scene.result ?? insteadOfCalling(quirks);
    if (ready) return ready;
    const delay = quirks.get("slow-network") ?? 0;
    if (delay) await pause(delay);
    try {
      return await request("tools/call", { name: named.name, arguments: input }, { signal });
    } catch (error) {
      throw signal.aborted ? (signal.reason ?? error) : error;
    } finally {
      if (delay) await pause(delay);
    }
  }

  const driven = {
    /** Resolves when the tools of the server are known. */
    ready,
    /** The current scene; a key that is absent is the host's or the browser's to decide. */
    scene: () => structuredClone(scene),
    /**
     * Change some keys of the scene; `undefined` or `null` takes one away.
     * @param {Record<string, any>} change
     */
    async set(change) {
      const next = changeScene(scene, change);
      await apply(next);
      writeHash();
    },
    run,
    /** Throw the frame away without a word, and mount the widget again with the same result. */
    remount: () => stage.mount(false),
    /** The same, with `ui/resource-teardown` before. */
    reload: () => stage.mount(true),
    /** Stop the call that opens the widget, as the person may. */
    cancel: () => running?.abort(new Stopped("The person stopped the tool.")),
    /**
     * Answer the oldest question of the host in the person's place.
     * @param {boolean} [isAllowed]
     */
    approve: (isAllowed = true) => shell.settle(isAllowed),
    /**
     * Wait for a condition on the records, which is looked at whenever one changes.
     * @param {() => boolean} holds For example `() => emulator.state === "open"`.
     * @param {number} [ms] How long at most.
     * @returns {Promise<void>}
     */
    until(holds, ms = 10_000) {
      return new Promise((resolve, reject) => {
        const look = () => holds() && (end(), resolve());
        const end = () => (unsubscribe(), clearTimeout(timer));
        const unsubscribe = log.subscribe(look);
        const timer = setTimeout(() => (end(), reject(new Error(`It did not hold within ${ms} ms: ${holds}`))), ms);
        look();
      });
    },
    /** Be told of each change of a record: `listener(kind, value)`. */
    subscribe: log.subscribe,
  };
  for (const key of Object.keys(log.record)) {
    Object.defineProperty(driven, key, { enumerable: true, get: () => log.record[/** @type {keyof typeof log.record} */ (key)] });
  }

  PREFERS_DARK.addEventListener("change", () => void apply(scene));
  return Object.assign(/** @type {typeof driven & import("./record.js").Record} */ (driven), {
    around,
    tool,
    clear: stage.clear,
    /**
     * The server has told what it has.
     * @param {any[]} listed
     * @param {Map<string, any>} read
     */
    begin(listed, read) {
      tools = listed;
      resources = read;
      begin();
    },
    /**
     * The server has other code now.
     * @param {any[]} listed
     * @param {Map<string, any>} read
     */
    async renew(listed, read) {
      tools = listed;
      resources = read;
      const now = tools.find((each) => each.name === stage.opened());
      await stage.renew({ uri: now && uriOf(now), tool: now, hasBorder: hasBorder(now && uriOf(now)) });
    },
    /** The address was changed by hand or by a link. */
    follow: () => apply({ ...readScene(location.hash) }),
    tools: () => tools,
  });
}
