// @ts-check
/**
 * Puts a widget together: the host, the update channel, Reflex's runtime and what is shown around it.
 *
 *     mountWidget({ Page, Layout: EmbedLayout, initialState, clientStorage });
 */
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { eventLoop } from "$/utils/context-registry";
import { parseJson } from "$/utils/helpers/json";
import { createChannel } from "./channel.js";
import { hostContext } from "./context.js";
import { createHost } from "./host.js";
import { createKeeper, createSessionStore } from "./keeper.js";
import { interceptLinks, interceptRedirects, markExternal } from "./links.js";
import { createContextReporter } from "./modelcontext.js";
import { createNotices } from "./notices.js";
import { createOpening } from "./opening.js";
import { Bar, Boundary, Closed, Panel, Skeleton, STYLE } from "./panels.jsx";
import { navigate } from "./router.js";
import { watchSize } from "./size.js";
import { bindBridge, deliver } from "./socket.js";
import { memoryStorage } from "./storage.js";
import { createStore } from "./store.js";
import { bindUploads } from "./upload.js";

/** Milliseconds that an action may take before the widget says that it is busy. */
const BUSY_AFTER = 400;

/**
 * The configuration that the export wrote into the bundle.
 * @returns {BridgeConfig}
 */
function readConfig() {
  const text = document.getElementById("mcp-bridge-config")?.textContent;
  if (!text) throw new Error("bundle: the element #mcp-bridge-config is missing. Run `reflex export` again.");
  return JSON.parse(text);
}

/**
 * A function that decides whether an event is worth a call: of the exceptions that the runtime reports, only those
 * that the widget's events include, each once, and not the browser's notes about resize observers.
 * @param {BridgeConfig} config
 * @returns {(event: ReflexEvent) => boolean}
 */
function exceptionFilter(config) {
  const reported = new Set();
  return ({ name, payload }) => {
    if (!name.endsWith(".handle_frontend_exception")) return true;
    const info = String(payload?.info);
    if (!config.events?.includes(name) || info.startsWith("ResizeObserver") || reported.has(info)) return false;
    return !!reported.add(info);
  };
}

/**
 * Mount the widget into `#root` and start talking to the host.
 * @param {{ Page: any, Layout: any, initialState: Record<string, any>, clientStorage: Record<string, any> }} parts
 */
export function mountWidget({ Page, Layout, initialState, clientStorage }) {
  const config = readConfig();
  const host = createHost({ config, parse: parseJson });
  const view = createStore(/** @type {View} */ ({ phase: "waiting" }));
  const notices = createNotices();
  const storage = host.isSaved ? memoryStorage() : undefined;
  const store = createSessionStore(() => storage ?? localStorage);
  const keeper = createKeeper({ host, store, base: () => channel.base() });
  const reporter = createContextReporter({ host });
  const isWanted = exceptionFilter(config);

  Object.assign(clientStorage, config.clientStorage);
  navigate(`/widgets/${config.widget}`);

  /** @param {() => Promise<unknown>} action */
  const attempt = async (action) => {
    try {
      await action();
    } catch (error) {
      const { message, code } = /** @type {Error & { code?: string }} */ (error);
      /** @type {Record<string, () => void>} */
      const actions = code === "unsupported" ? {} : { Retry: () => void attempt(action) };
      notices.tell(message, { isError: true, actions });
    }
  };

  /** @param {ChannelUpdate} update */
  const onUpdate = ({ delta, events }) => {
    const isFirst = view.getSnapshot().phase !== "ready";
    if (isFirst) {
      // Reflex's runtime connects only when there is more than one state, and drops states that it did not start with.
      for (const state of ["mcp-bridge", ...config.states, ...Object.keys(delta)]) {
        initialState[state] = { ...initialState[state], ...delta[state] };
      }
    }
    deliver({ delta: isFirst ? {} : delta, events: markExternal(events) });
    if (isFirst) view.set({ phase: "ready" });
  };

  /** @param {Confirmed} confirmed */
  const onConfirmed = (confirmed) => {
    const { session, version, context, isStored } = confirmed;
    const seen = keeper.read(session)?.version ?? 0;
    if (isStored && seen > version) {
      // After a reload the host's stored result is old.
      reporter.assume(context);
      channel.refresh();
      return;
    }
    void keeper.write(confirmed);
    if (isStored) reporter.assume(context);
    else reporter.offer(context);
  };

  const channel = createChannel({
    callTool: (name, args) => host.callTool(name, args),
    config: host.isSaved ? { ...config, live: false } : config,
    onUpdate,
    onStep: (vars) => deliver({ delta: vars, events: [] }),
    onConfirmed,
    onRefused({ code, message }) {
      // What a saved view does by itself, as on_mount does, is nobody's wish.
      const isError = code !== "no_server";
      if (isError || navigator.userActivation?.hasBeenActive !== false) notices.tell(message, { isError });
    },
    onNotice: (message) => notices.tell(message),
    restoration(lost) {
      const { session = lost, seal = null } = keeper.latest(lost) ?? {};
      return { session, seal, ...opening.call() };
    },
    isHidden: () => document.visibilityState === "hidden",
  });
  const onReload = () => {
    if (config.onLoad) channel.send({ name: config.onLoad, payload: {} });
  };
  const opening = createOpening({ config, host, channel, view, kept: keeper.read, onReload });

  /** @type {Bridge} */
  const bridge = {
    send: (event, options) => {
      if (isWanted(event)) channel.send(event, options);
    },
    handlerError: ({ payload }) => notices.tell(String(payload?.message), { isError: true }),
    interrupted: ({ payload = {} }) => {
      const restart = () => bridge.send(payload.event, {});
      notices.tell(String(payload.message), { actions: payload.event ? { Restart: restart } : {} });
    },
    downloadFile: (contents) => host.downloadFile(contents),
    hostAction: ({ name, payload = {} }) =>
      void attempt(async () => {
        if (name === "_host_send_message") await host.sendMessage(payload.text);
        else if (name === "_host_open_link") await host.openLink(payload.url);
        else if (name === "_host_request_display_mode") await host.requestDisplayMode(payload.mode);
        else if (name === "_host_cancel") channel.cancel(payload.handler);
        else throw new Error(`The widget's bundle does not know the host action ${name}. Run \`reflex export\` again.`);
      }),
  };
  bindBridge(bridge);
  bindUploads({
    sendChunk: channel.sendChunk,
    send: channel.send,
    report: (message) => notices.tell(message, { isError: true }),
    limit: config.uploadBytes ?? 0,
  });
  interceptRedirects(eventLoop);
  interceptLinks(window, {
    openLink: (url) => void attempt(() => host.openLink(url)),
    canOpen: () => hostContext.getSnapshot().canOpenLink,
    navigate,
  });

  /** @param {Error} error @param {string} stack */
  const onError = (error, stack) => {
    const name = `${config.rootState}.reflex___state____frontend_event_exception_state.handle_frontend_exception`;
    const payload = { info: `${error.name}: ${error.message}\n${error.stack}`, component_stack: stack };
    bridge.send({ name, payload }, {});
  };

  function Widget() {
    const { phase, message } = useSyncExternalStore(view.subscribe, view.getSnapshot);
    const channelStatus = useSyncExternalStore(channel.subscribe, channel.getSnapshot);
    const bars = useSyncExternalStore(notices.subscribe, notices.getSnapshot);
    const isBusy = useDelayed(channelStatus.status === "busy", BUSY_AFTER);
    const isExpired = channelStatus.status === "expired";
    const content = useMemo(
      () => (
        <Boundary title={config.title} onError={onError}>
          <Layout>
            <Boundary title={config.title} onError={onError}>
              <Page />
            </Boundary>
          </Layout>
        </Boundary>
      ),
      [],
    );
    const reopen = () => void attempt(opening.reopen);

    if (phase === "waiting" || phase === "slow") return <Skeleton title={config.title} isSlow={phase === "slow"} />;
    if (phase !== "ready") return <Closed title={config.title} phase={phase} message={message} reopen={reopen} />;
    return (
      <div aria-busy={isBusy}>
        {isBusy && <div className="mcpb-busy" />}
        {isExpired && (
          <Panel
            role="alert"
            title="This widget's session has ended"
            text="The server no longer has it, so the last action was not done. Open it again to start anew."
            action="Open again"
            onAction={reopen}
          />
        )}
        {channelStatus.status === "error" && (
          <Bar
            isError
            message={`The last action did not go through. ${channelStatus.message ?? ""}`}
            actions={{ Retry: channel.retry }}
          />
        )}
        {bars.map((bar) => (
          <Bar key={bar.message} {...bar} />
        ))}
        <div inert={isExpired} className={isExpired ? "mcpb-stale" : undefined}>
          {content}
        </div>
      </div>
    );
  }

  const style = document.createElement("style");
  style.textContent = STYLE;
  document.head.append(style);
  const stopSize = watchSize(window, { report: host.reportSize, context: hostContext });
  createRoot(/** @type {Element} */ (document.getElementById("root"))).render(<Widget />);

  const look = () => (document.visibilityState === "hidden" ? channel.rest() : channel.wake());
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", () => channel.wake());
  // In development: the server runs other code now, and may say something else of the same state.
  window.addEventListener("mcp-bridge:refresh", () => hostContext.getSnapshot().canCallTools && channel.refresh());
  window.addEventListener("pagehide", reporter.flush);
  host.on("teardown", () => {
    channel.stop();
    reporter.flush();
    opening.stop();
    stopSize();
  });
  host.connect().catch((error) => opening.fail(error.message));
}

/**
 * Whether `value` has been true for `ms` milliseconds.
 * @param {boolean} value
 * @param {number} ms
 * @returns {boolean}
 */
function useDelayed(value, ms) {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!value) {
      setIsLong(false);
      return undefined;
    }
    const timer = setTimeout(() => setIsLong(true), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return isLong;
}
