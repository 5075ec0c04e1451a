// @ts-check
/**
 * The hook behind `host.theme`, `host.locale` and the other host Vars.
 *
 * In a widget it gives what the host says; in an ordinary page of the same Reflex app, what the browser says, and that
 * event handlers work. It imports the store only, so an ordinary page starts no handshake.
 */
import { useContext, useSyncExternalStore } from "react";
import { ColorModeContext } from "$/utils/context-registry";
import { DEFAULT_CONTEXT, hostContext } from "./context.js";

/**
 * What is known about the host, kept up to date.
 * @returns {HostContext}
 */
export function useHostContext() {
  const context = useSyncExternalStore(hostContext.subscribe, hostContext.getSnapshot, () => DEFAULT_CONTEXT);
  const { resolvedColorMode } = useContext(ColorModeContext);
  return context.connected ? context : { ...context, theme: resolvedColorMode, canCallTools: true };
}
