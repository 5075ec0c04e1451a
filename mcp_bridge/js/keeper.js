// @ts-check
/**
 * What outlives the document: a session's id, the newest version that was shown, the sealed snapshot.
 *
 * A host that keeps `widgetState` for the message keeps it there, in the part that no model sees, and what was shown
 * with it. Elsewhere the browser keeps it, if it may, and only for whoever knows the session: without the values, and a
 * frame finds nothing in there by itself. A restored
 * session may have a new id, while the host's stored result has the old one: so the session of that result is kept too,
 * as the `origin`.
 */

import { isObject } from "./results.js";

const PREFIX = "mcp-bridge:";
/** Sessions that the browser keeps. */
const MAX_ENTRIES = 50;
/** Characters of the values that a host is asked to keep. */
const MAX_VARS = 64 * 1024;

/**
 * The sessions that the browser keeps; what was written longest ago goes first. A storage that is full, forbidden or
 * broken keeps nothing.
 * @param {() => Storage} storage
 * @param {() => number} [now] Milliseconds.
 */
export function createSessionStore(storage, now = Date.now) {
  /** @param {string} key @returns {any} */
  const parse = (key) => {
    try {
      return JSON.parse(storage().getItem(key) ?? "null");
    } catch {
      return null;
    }
  };

  /** Leave room for one more. */
  const evict = () => {
    const keys = Array.from({ length: storage().length }, (_, index) => storage().key(index) ?? "");
    const others = keys.filter((each) => each.startsWith(PREFIX));
    const aged = others.map((each) => ({ key: each, at: Number(parse(each)?.at) || 0 })).sort((a, b) => b.at - a.at);
    for (const old of aged.slice(MAX_ENTRIES - 1)) storage().removeItem(old.key);
  };

  return {
    /** @param {string} origin @returns {Kept | undefined} */
    read(origin) {
      const { session = origin, version, seal } = parse(PREFIX + origin) ?? {};
      if (typeof version !== "number") return undefined;
      return { session, version, origin, ...(typeof seal === "string" && { seal }) };
    },

    /** @param {Kept} kept */
    write({ origin, ...kept }) {
      try {
        if (storage().getItem(PREFIX + origin) === null) evict();
        storage().setItem(PREFIX + origin, JSON.stringify({ ...kept, at: now() }));
      } catch (error) {
        console.warn(error);
      }
    },
  };
}

/**
 * A keeper for one widget.
 * @param {{
 *   host: Pick<Host, "widgetState" | "setWidgetState">,
 *   store: ReturnType<typeof createSessionStore>,
 *   base?: Channel["base"],
 * }} options
 * @returns {Keeper}
 */
export function createKeeper({ host, store, base = () => ({ version: -1, vars: {} }) }) {
  /** @type {Kept | undefined} */
  let newest;

  /** @returns {Kept | undefined} */
  const hosted = () => {
    const { session, version, seal, origin, vars } = host.widgetState()?.privateContent ?? {};
    if (typeof session !== "string" || !session) return undefined;
    return {
      session,
      version: Number(version) || 0,
      origin: typeof origin === "string" ? origin : session,
      ...(typeof seal === "string" && { seal }),
      ...(isObject(vars) && { vars }),
    };
  };

  /** What is shown at a version, if that is what a host can keep. @param {number} version */
  const shown = (version) => {
    const confirmed = base();
    const isFit = confirmed.version === version && JSON.stringify(confirmed.vars).length <= MAX_VARS;
    return isFit ? confirmed.vars : undefined;
  };

  /** @param {string} session */
  const find = (session) => {
    const isOf = (/** @type {Kept | undefined} */ kept) => kept?.session === session || kept?.origin === session;
    return isOf(newest) ? newest : [hosted(), store.read(session)].find(isOf);
  };

  /** @param {Kept} kept */
  const keep = async (kept) => {
    const { session, version, seal, origin } = kept;
    const privateContent = { session, version, seal, origin, vars: shown(version) };
    if (!(await host.setWidgetState({ privateContent }))) store.write(kept);
  };

  return {
    read(session) {
      if (session === undefined) return newest ?? hosted();
      const found = find(session);
      newest = found ?? newest;
      return found;
    },

    latest(session) {
      const found = this.read(session);
      const shared = found && store.read(found.origin);
      return shared && shared.session !== session ? shared : found;
    },

    write({ session, version, seal, isStored }) {
      const known = find(session);
      const before = isStored ? undefined : (newest ?? hosted());
      const kept = seal ?? (known?.session === session ? known.seal : undefined);
      newest = { session, version, origin: (known ?? before)?.origin ?? session, ...(kept && { seal: kept }) };
      // At once: hosts remove frames without a word.
      return keep(newest);
    },
  };
}
