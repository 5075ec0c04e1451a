// @ts-check
/** The sentences that stand above the widget until the person has seen them: the newest few, each once. */
import { createStore } from "./store.js";

const MAX_NOTICES = 3;

/**
 * No notices yet.
 * @returns {Notices}
 */
export function createNotices() {
  const store = createStore(/** @type {Notice[]} */ ([]));
  /** @param {string} message */
  const others = (message) => store.getSnapshot().filter((notice) => notice.message !== message);

  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,

    tell(message, { isError = false, actions = {} } = {}) {
      const dismiss = () => store.set(others(message));
      /** @type {Notice["actions"]} */
      const buttons = {};
      for (const [label, run] of Object.entries({ ...actions, Dismiss: () => {} })) {
        buttons[label] = () => {
          dismiss();
          run();
        };
      }
      store.set([...others(message), { message, isError, actions: buttons }].slice(-MAX_NOTICES));
    },
  };
}
