// @ts-check
/**
 * One value with subscribers, in the shape that React's `useSyncExternalStore` reads.
 *
 *     const store = createStore({ count: 0 });
 *     const stop = store.subscribe(() => console.log(store.getSnapshot()));
 *     store.set({ count: 1 });
 */

/**
 * A store that holds `value`.
 * @template T
 * @param {T} value The first value.
 * @returns {Store<T>}
 */
export function createStore(value) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
