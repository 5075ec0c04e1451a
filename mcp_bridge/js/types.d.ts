// The shapes that several modules share, and the little of React that they use.

/** JSON that the export writes into each bundle. */
interface BridgeConfig {
  widget: string;
  title: string;
  version: string;
  rootState: string;
  states: string[];
  clientStorage: Record<string, any>;
  tools: Record<string, { readOnly: boolean }>;
  eventTool: string;
  pollTool: string;
  displayModes: string[];
  /** Full names of the events that the server takes from this widget, if the export lists them. */
  events?: string[];
}

interface CallToolResult {
  content?: any[];
  structuredContent?: Record<string, any>;
  isError?: boolean;
  _meta?: Record<string, any>;
}

/** An event as Reflex's runtime emits it. */
interface ReflexEvent {
  name: string;
  payload?: Record<string, any>;
  router_data?: object;
}

/** What changed since a version: absolute values, then the frontend events with their versions. */
interface Update {
  version: number;
  full: boolean;
  vars: Record<string, Record<string, unknown>>;
  events?: Array<[number, ReflexEvent]>;
  ack: number;
  pending: boolean;
}

interface WireError {
  code: string;
  message: string;
  retry: boolean;
}

/** The bridge's part of a tool result. */
interface BridgePart {
  session?: string;
  widget?: string;
  tool?: string;
  update?: Update;
  error?: WireError;
}

type OpenPart = BridgePart & { session: string; update: Update };

interface Store<T> {
  getSnapshot: () => T;
  set: (next: T) => void;
  subscribe: (listener: () => void) => () => void;
}

interface Timers {
  set: (run: () => void, ms: number) => unknown;
  clear: (id: any) => void;
}

type ColorMode = "light" | "dark" | "system";

interface HostContext {
  /** False in an ordinary Reflex page, which has no host. */
  connected: boolean;
  theme: "light" | "dark";
  /** BCP 47. */
  locale: string;
  displayMode: "inline" | "fullscreen" | "pip";
  timeZone: string;
  platform: "web" | "desktop" | "mobile";
  touch: boolean;
  /** The display modes that the host can show. */
  displayModes: string[];
  /** Pixels; 0 when the host sets no limit. */
  maxHeight: number;
  /** Whether the host gives the frame one height, which the widget fills. */
  fixedHeight: boolean;
  safeArea: { top: number; right: number; bottom: number; left: number };
  canSendMessage: boolean;
  canOpenLink: boolean;
  canCallTools: boolean;
}

/** `window.openai`: every member may be missing. */
interface OpenAiGlobals {
  toolInput?: Record<string, unknown> | null;
  toolOutput?: any;
  toolResponseMetadata?: any;
  widgetState?: any;
  theme?: unknown;
  displayMode?: HostContext["displayMode"];
  maxHeight?: number;
  safeArea?: { insets?: HostContext["safeArea"] };
  userAgent?: { device?: { type?: string }; capabilities?: { touch?: boolean } };
  locale?: string;
  callTool?: (...args: any[]) => unknown;
  sendFollowUpMessage?: (...args: any[]) => unknown;
  openExternal?: (...args: any[]) => unknown;
  requestDisplayMode?: (...args: any[]) => unknown;
  setWidgetState?: (state: object) => unknown;
  notifyIntrinsicHeight?: (pixels: number) => unknown;
}

type OverlayMethod = "callTool" | "sendFollowUpMessage" | "openExternal" | "requestDisplayMode";

interface Window {
  openai?: OpenAiGlobals;
}

interface Rpc {
  request: (method: string, params: object) => Promise<any>;
  notify: (method: string, params: object) => void;
}

interface HostOptions {
  config: BridgeConfig;
  win?: Window & typeof globalThis;
  context?: Store<HostContext>;
  /** Reads JSON from the server when there is no host. */
  parse?: (text: string) => any;
  /** Milliseconds before an unanswered wish fails. */
  timeout?: number;
}

interface HostEvents {
  /** The opening tool's result; hosts repeat it. */
  result: CallToolResult;
  /** The opening call was cancelled, with a reason if there is one. */
  cancelled: unknown;
  /** The host is about to remove the frame. */
  teardown: undefined;
}

interface WidgetState {
  modelContent?: string | object;
  privateContent?: Record<string, any>;
  imageIds?: string[];
}

interface Host {
  standalone: boolean;
  /** The tool that opened the widget and its arguments, as far as the host has told. */
  opening: () => { tool?: string; arguments?: Record<string, unknown> };
  on: <K extends keyof HostEvents>(type: K, listener: (value: HostEvents[K]) => unknown) => void;
  connect: () => Promise<void>;
  callTool: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  sendMessage: (text: string) => Promise<void>;
  openLink: (url: string) => Promise<void>;
  /** Gives the mode that the host granted. */
  requestDisplayMode: (mode: HostContext["displayMode"]) => Promise<HostContext["displayMode"]>;
  widgetState: () => WidgetState | undefined;
  /** Merges `change` into the state that the host keeps; false where a host keeps none. */
  setWidgetState: (change: WidgetState) => Promise<boolean>;
  reportSize: (size: { width: number; height: number }) => void;
}

interface ChannelStatus {
  status: "idle" | "busy" | "error" | "expired";
  code?: string;
  message?: string;
}

interface ChannelUpdate {
  delta: Update["vars"];
  events: ReflexEvent[];
  session: string;
  version: number;
}

interface QueuedEvent {
  seq: number;
  event: ReflexEvent;
  /** A lazy event causes no call; it goes with the next one. */
  isLazy: boolean;
  /** The server has it and its run goes on. */
  isAccepted: boolean;
}

interface Outbox {
  add: (event: ReflexEvent, isLazy: boolean) => void;
  /** Whether an event waits that causes a call. */
  isWaiting: () => boolean;
  /** The events of the next call; the same ones until the call is answered or refused. */
  next: () => object[];
  /** Everything up to this number was taken. */
  acknowledge: (seq: number) => void;
  /** The call was answered; false if events of it were neither acknowledged nor are running. */
  answered: (isRunning: boolean) => boolean;
  /** Nothing is running any more: what was not acknowledged goes again. */
  ended: () => void;
  /** The call was refused for good; true if that cost an event, false if its events go one by one now. */
  refused: () => boolean;
}

interface ChannelOptions {
  callTool: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  config: Pick<BridgeConfig, "eventTool" | "pollTool">;
  onUpdate: (update: ChannelUpdate) => void;
  /** An event that the server will never take was dropped. */
  onRefused?: (error: { code: string; message: string }) => void;
  /** The id of this document's mount. */
  mount?: string;
  timers?: Timers;
  isHidden?: () => boolean;
}

interface Channel {
  mount: string;
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => ChannelStatus;
  /** The confirmed state. */
  base: () => { version: number; vars: Update["vars"] };
  session: () => string;
  /** Take the first state of a session, or a repeat of it. */
  open: (part: OpenPart) => void;
  /** Run the opening tool again, through the event tool. */
  reopen: (opening: { tool: string; arguments: Record<string, unknown> }) => Promise<void>;
  send: (event: ReflexEvent, options?: { isLazy?: boolean }) => void;
  /** Send again what failed, with the same sequence numbers. */
  retry: () => void;
  /** Ask once for what is newer than `base`. */
  refresh: () => void;
  /** The document is visible or online again. */
  wake: () => void;
  stop: () => void;
}

interface View {
  phase: "waiting" | "slow" | "ready" | "cancelled" | "failed" | "ask";
  message?: string;
}

interface Notice {
  message: string;
  retry?: () => void;
}

interface Opening {
  reopen: () => Promise<void>;
  fail: (message: string) => void;
  stop: () => void;
}

interface RuntimeUpdate {
  delta: Update["vars"];
  events: ReflexEvent[];
}

/** What takes the events that Reflex's runtime emits. */
interface Bridge {
  send: (event: ReflexEvent, options: { isLazy?: boolean }) => void;
  hostAction: (event: ReflexEvent) => void;
  handlerError: (event: ReflexEvent) => void;
}

type To = string | { pathname?: string; search?: string; hash?: string };

interface RouterLocation {
  pathname: string;
  search: string;
  hash: string;
  state: unknown;
  key: string;
}

interface LinkProps {
  to: To;
  replace?: boolean;
  state?: unknown;
  viewTransition?: boolean;
  onClick?: (event: MouseEvent) => void;
  className?: any;
  style?: any;
  children?: any;
  [attribute: string]: any;
}

interface ThemeValue {
  theme: ColorMode;
  resolvedTheme: "light" | "dark";
  setTheme: (mode: ColorMode) => void;
}

declare module "react" {
  export function createContext<T>(value: T): { Provider: any; displayName?: string; _value?: T };
  export function createElement(type: any, props?: any, ...children: any[]): any;
  export function useCallback<T>(run: T, deps: unknown[]): T;
  export function useContext<T>(context: { _value?: T }): T;
  export function useEffect(run: () => void | (() => void), deps?: unknown[]): void;
  export function useMemo<T>(make: () => T, deps: unknown[]): T;
  export function useState<T>(first: T): [T, (next: T) => void];
  export function useSyncExternalStore<T>(
    subscribe: (listener: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T;
  export class Component<P = {}, S = {}> {
    constructor(props: P);
    props: P;
    state: S;
    setState(change: Partial<S>): void;
  }
}

declare module "react/jsx-runtime" {
  export namespace JSX {
    type Element = any;
    interface ElementClass {
      render(): any;
    }
    interface ElementAttributesProperty {
      props: {};
    }
    interface ElementChildrenAttribute {
      children: {};
    }
    interface IntrinsicAttributes {
      key?: string;
    }
    interface IntrinsicElements {
      [name: string]: any;
    }
  }
  export const jsx: any;
  export const jsxs: any;
  export const Fragment: any;
}

declare module "react-dom/client" {
  export function createRoot(container: Element): { render: (node: any) => void };
}

declare module "$/utils/context-registry" {
  export const ColorModeContext: {
    Provider: any;
    _value?: { resolvedColorMode: "light" | "dark" };
  };
  export const eventLoop: { addEvents: (events: any, ...rest: any[]) => unknown };
}

declare module "$/utils/helpers/json" {
  export function parseJson(text: string): any;
}
