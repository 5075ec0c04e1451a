// @ts-check
/**
 * Plays the views that led to an update: what a handler yielded between two answers is shown one by one, each after
 * its delay, then the update itself. Whatever cuts it short, the update comes whole, so no value and no event is lost.
 *
 *     player.play([[0, first], [120, second]], last, () => show(last));
 *     player.finish();      // the person acts, something newer came, nobody looks: to the end at once
 */

/** Milliseconds that one playback may take; a longer one is played faster. */
const LONGEST = 2000;
/** Milliseconds at most between the last step and the update, when that one is a view of its own. */
const LAST_PAUSE = 500;

/**
 * The views of a playback before its last one, and the milliseconds from the last of them to the end.
 *
 * What changed before the first step is shown with it. Steps that end with the update's own values end with it.
 * @param {Step[]} steps
 * @param {Vars} last The values of the update.
 * @returns {{ views: Step[], pause: number }}
 */
function timeline(steps, last) {
  /** @type {Vars} */
  const played = {};
  for (const [, vars] of steps) {
    for (const [state, values] of Object.entries(vars)) played[state] = { ...played[state], ...values };
  }
  /** @type {Vars} */
  const earlier = {};
  let isComplete = true;
  for (const [state, values] of Object.entries(last)) {
    for (const [name, value] of Object.entries(values)) {
      if (!played[state] || !Object.hasOwn(played[state], name)) earlier[state] = { ...earlier[state], [name]: value };
      else if (JSON.stringify(played[state][name]) !== JSON.stringify(value)) isComplete = false;
    }
  }
  const whole = steps.reduce((sum, [ms]) => sum + ms, 0);
  const scale = Math.min(1, LONGEST / (whole || 1));
  const views = steps.map(([ms, vars]) => /** @type {Step} */ ([ms * scale, vars]));
  const pause = isComplete ? views[views.length - 1][0] : Math.min(LAST_PAUSE, (whole * scale) / steps.length);
  if (isComplete) views.pop();
  if (views.length) {
    const [[ms, first]] = views;
    const states = new Set([...Object.keys(earlier), ...Object.keys(first)]);
    views[0] = [ms, Object.fromEntries([...states].map((state) => [state, { ...earlier[state], ...first[state] }]))];
  }
  return { views, pause };
}

/**
 * A player that is at rest.
 * @param {{ show: (vars: Vars) => void, timers: Timers, isHidden: () => boolean }} options `show` takes each view
 *   before the last one.
 * @returns {Player}
 */
export function createPlayer({ show, timers, isHidden }) {
  /** @type {(() => void) | undefined} What ends the playback. */
  let end;
  /** @type {(() => void) | undefined} What starts the one after it. */
  let following;
  /** @type {unknown} */
  let timer;

  /** End the playback, and start the one after it. */
  const next = () => {
    timers.clear(timer);
    const [last, start] = [end, following];
    end = following = undefined;
    last?.();
    start?.();
  };

  const finish = () => {
    while (end) next();
  };

  /** @type {Player["play"]} */
  const play = (steps, vars, last, canWait = false) => {
    if (end && canWait && !following) {
      following = () => play(steps, vars, last);
      return;
    }
    finish();
    if (!steps.length || isHidden()) {
      last();
      return;
    }
    const { views, pause } = timeline(steps, vars);
    end = last;
    const advance = () => {
      const view = views.shift();
      if (!view) timer = timers.set(next, pause);
      else {
        timer = timers.set(() => {
          show(view[1]);
          advance();
        }, view[0]);
      }
    };
    advance();
  };

  return { isPlaying: () => end !== undefined, play, finish };
}
