// @ts-check
/**
 * In development a widget gets a new version of itself while it is open, from a server process that has never heard of
 * its session. Some hosts keep nothing for it, so the emulator hands over what the version before had been told.
 *
 *     const handover = createHandover();
 *     handover.take(result);               // of each tool call, the opening one first
 *     handover.result(openingResult);      // the same, with the newest session, values and seal
 */

const PART = "mcp-bridge";

export function createHandover() {
  /** @type {any} The newest part of the bridge. */
  let newest;

  return {
    clear: () => void (newest = undefined),

    /**
     * Take what the widget is told.
     * @template T
     * @param {T} result
     * @returns {T}
     */
    take(result) {
      const part = /** @type {any} */ (result)?._meta?.[PART];
      const { update } = part ?? {};
      const session = part?.session ?? newest?.session;
      if (!update?.vars || !session) return result;
      const known = update.full || session !== newest?.session ? undefined : newest?.update;
      const isLate = newest && session === newest.session && update.version < newest.update.version;
      if (isLate || (!known && !update.full)) return result;
      const vars = { ...known?.vars };
      for (const [state, values] of Object.entries(update.vars)) vars[state] = { ...vars[state], .../** @type {any} */ (values) };
      const { version, seal = known?.seal, context = known?.context } = update;
      newest = { session, update: { version, full: true, vars, seal, context, events: [], ack: 0, pending: false } };
      return result;
    },

    /**
     * The opening result as if the tool had just answered with what is shown.
     * @param {any} opening
     */
    result(opening) {
      const part = opening?._meta?.[PART];
      return part && newest ? { ...opening, _meta: { ...opening._meta, [PART]: { ...part, ...newest } } } : opening;
    },
  };
}
