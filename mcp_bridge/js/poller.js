// @ts-check
/**
 * When to poll: one poll at a time while something is pending or the widget is live, none while nobody looks, and with
 * growing pauses while polls fail. The server holds a poll until there is news, so the next one follows soon.
 */

/** Milliseconds between a poll's answer and the next poll; and after an answer without news, if nothing is pending. */
const GAP = 150;
const IDLE_GAP = 1000;
/** Milliseconds of the first and of the longest wait after failed polls. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** Failed polls in a row before the person is told. */
const FAILURES = 3;

/**
 * A poller that is at rest until `wake`.
 * @param {PollerOptions} options
 * @returns {Poller}
 */
export function createPoller({ ask, isWanted, isHidden, onTrouble, timers }) {
  /** @type {object | undefined} The poll in flight. */
  let flight;
  let failures = 0;
  /** @type {unknown} */
  let timer;

  /** @param {number} [ms] */
  const wake = (ms = 0) => {
    if (!isWanted() || flight) return;
    timers.clear(timer);
    timer = timers.set(() => void poll(), ms);
  };

  const poll = async () => {
    if (!isWanted() || flight || isHidden()) return;
    const own = (flight = {});
    let wait = GAP;
    try {
      if (!(await ask())) wait = IDLE_GAP;
      if (flight !== own) return;
      if (failures >= FAILURES) onTrouble(undefined);
      failures = 0;
    } catch (error) {
      if (flight !== own) return;
      wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++);
      if (failures >= FAILURES) onTrouble(/** @type {Error} */ (error));
    } finally {
      if (flight === own) {
        flight = undefined;
        wake(wait);
      }
    }
  };

  return {
    wake,
    reset() {
      timers.clear(timer);
      flight = undefined;
      failures = 0;
    },
    forgive: () => void (failures = 0),
  };
}
