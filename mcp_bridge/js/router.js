// @ts-check
/**
 * Stands in for `react-router`. A widget has one page and no address of its own: in a `srcdoc` frame `history` throws,
 * and elsewhere the address is the host's sandbox. So the location lives in memory and starts at `/widgets/<name>`.
 */
import { createElement, useCallback, useMemo, useSyncExternalStore } from "react";
import { createStore } from "./store.js";

const store = createStore(
  /** @type {RouterLocation} */ ({ pathname: "/", search: "", hash: "", state: null, key: "widget" }),
);
const NO_PARAMS = Object.freeze({});

/**
 * The location that `to` names, seen from the current one.
 * @param {To} to
 * @param {unknown} [state]
 * @returns {RouterLocation}
 */
function locate(to, state = null) {
  const { pathname, search, hash } = new URL(hrefOf(to), new URL(store.getSnapshot().pathname, "http://widget"));
  return { pathname, search, hash, state, key: "widget" };
}

/** @param {To} to */
const hrefOf = (to) => (typeof to === "string" ? to : `${to.pathname ?? ""}${to.search ?? ""}${to.hash ?? ""}`);

/**
 * Go to `to`, in memory.
 * @param {To | number} to A number, as in "back", has no meaning here and is ignored.
 * @param {{ state?: unknown }} [options]
 */
export function navigate(to, options) {
  if (typeof to !== "number") store.set(locate(to, options?.state));
}

/** @returns {RouterLocation} */
export const useLocation = () => useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);

/** @returns {typeof navigate} */
export const useNavigate = () => navigate;

/** @returns {Readonly<Record<string, string>>} */
export const useParams = () => NO_PARAMS;

/** @returns {[URLSearchParams, (next: string | string[][] | Record<string, string> | URLSearchParams) => void]} */
export function useSearchParams() {
  const { search } = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback((/** @type {any} */ next) => navigate({ search: `?${new URLSearchParams(next)}` }), []);
  return [params, set];
}

export const useNavigationType = () => "PUSH";
export const useRouteError = () => undefined;

/** The props of react-router's links that are not attributes of `<a>`. */
const OWN_PROPS = ["discover", "end", "caseSensitive", "prefetch", "preventScrollReset", "relative", "reloadDocument"];

/**
 * A link. A target inside the app is gone to in memory; a web address is left to the document, which asks the host.
 * @param {LinkProps} props
 */
export function Link({ to, replace: _replace, state, viewTransition: _viewTransition, onClick, ...props }) {
  const href = hrefOf(to);
  const rest = Object.fromEntries(Object.entries(props).filter(([name]) => !OWN_PROPS.includes(name)));
  return createElement("a", {
    ...rest,
    href,
    onClick: (/** @type {MouseEvent} */ event) => {
      onClick?.(event);
      if (event.defaultPrevented || /^[a-z][a-z+.-]*:|^\/\//i.test(href)) return;
      event.preventDefault();
      navigate(to, { state });
    },
  });
}

/**
 * A link that knows whether it leads to the current page.
 * @param {LinkProps} props
 */
export function NavLink({ className, style, children, ...props }) {
  const { pathname } = useLocation();
  const isActive = locate(props.to).pathname === pathname;
  const state = { isActive, isPending: false, isTransitioning: false };
  const resolve = (/** @type {any} */ value) => (typeof value === "function" ? value(state) : value);
  return createElement(
    Link,
    { "aria-current": isActive ? "page" : undefined, ...props, className: resolve(className), style: resolve(style) },
    resolve(children),
  );
}

const nothing = () => null;
export { nothing as Outlet, nothing as Links, nothing as Meta, nothing as Scripts, nothing as ScrollRestoration };
