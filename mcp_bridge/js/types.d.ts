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
  /** Whether others change what it shows: then it asks for news as long as it is seen. */
  live?: boolean;
  /** The most bytes of the files of one upload. */
  uploadBytes?: number;
  /** The event that a document sends when an earlier one has shown the session; absent without any `on_load`. */
  onLoad?: string;
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
  /** The files that it brings; their chunks were sent before it. */
  upload?: { id: string; files: { name: string; type: string; size: number }[] };
}

/** A part of a file on its way to the server. */
interface UploadChunk {
  id: string;
  /** The number of the file and of its part. */
  file: number;
  index: number;
  /** Base64. */
  data: string;
}

interface UploadTarget {
  sendChunk: (chunk: UploadChunk) => Promise<unknown>;
  send: (event: ReflexEvent) => void;
  report: (message: string) => void;
  /** The most bytes of one upload. */
  limit: number;
}

/** Values by State and var. */
type Vars = Record<string, Record<string, unknown>>;

/** A view on the way to an update, with the milliseconds since the one before it. */
type Step = [number, Vars];

/** What the model is told of a widget. */
interface ModelContext {
  structuredContent: Record<string, unknown> | null;
  text: string;
}

/** What changed since a version: absolute values, then the frontend events with their versions. */
interface Update {
  version: number;
  full: boolean;
  vars: Vars;
  events?: Array<[number, ReflexEvent]>;
  steps?: Step[];
  /** There if vars changed that the model may see. */
  context?: ModelContext;
  /** The sealed snapshot, if it changed. */
  seal?: string;
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
  /** How a session was restored: it was still there, from its snapshot, or by its opening tool. */
  rung?: "session" | "snapshot" | "rerun";
  /** A sentence for the person about what was restored. */
  notice?: string | null;
}

/** What a widget has of a session that the server may have lost. */
interface Restoration {
  session: string;
  seal: string | null;
  tool: string | null;
  arguments: Record<string, unknown> | null;
}

/** What the host or the browser keeps of a session. */
interface Kept {
  session: string;
  /** The newest version that was shown. */
  version: number;
  seal?: string;
  /** The session of the opening result that it goes back to. */
  origin: string;
  /** What was shown, where the host keeps it for the message and it is not too large. */
  vars?: Vars;
}

interface Keeper {
  /** What is kept of a session, or of the one that it was restored into; without a name, what the host has. */
  read: (session?: string) => Kept | undefined;
  /** The same, unless another copy of the widget has gone on with another session. */
  latest: (session: string) => Kept | undefined;
  /** Keep this; a seal stays until there is another. */
  write: (confirmed: Pick<Confirmed, "session" | "version" | "seal" | "isStored">) => Promise<void>;
}

interface ContextReporter {
  /** The model knows this already. */
  assume: (context: ModelContext | undefined) => void;
  /** Tell the model, soon, if it is new to it. */
  offer: (context: ModelContext | undefined) => void;
  /** Tell what waits now. */
  flush: () => void;
}

interface Player {
  isPlaying: () => boolean;
  /**
   * Show the steps, then call `last`, which shows the update with these `vars`. A playback that is on is finished
   * first: at once, or, if this one `canWait`, in its own time.
   */
  play: (steps: Step[], vars: Vars, last: () => void, canWait?: boolean) => void;
  /** Go to the end at once. */
  finish: () => void;
}

interface PollerOptions {
  /** Poll once; whether there was news, or more is pending. */
  ask: () => Promise<boolean>;
  isWanted: () => boolean;
  isHidden: () => boolean;
  /** Polls keep failing; undefined when one succeeds again. */
  onTrouble: (error: Error | undefined) => void;
  timers: Timers;
}

interface Poller {
  /** Poll in so many milliseconds, unless one is in flight or none is wanted. */
  wake: (ms?: number) => void;
  /** Forget the poll in flight, and failures. */
  reset: () => void;
  /** Forget failures. */
  forgive: () => void;
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
  /** There will be no result: what was shown before a reload is to be taken up. */
  kept: undefined;
  /** There is no result, and only the person may run the tool. */
  unopened: undefined;
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

/** The keys of a saved scene (scenes.py) that a page by itself depends on. */
interface Scene {
  tool?: string;
  input?: Record<string, unknown>;
  theme?: string;
  locale?: string;
  timeZone?: string;
  /** The saved result of the opening call. */
  result?: CallToolResult;
}

interface Page {
  /** Whether it shows a saved result and has no server. */
  isSaved: boolean;
  result: CallToolResult | undefined;
  opening: () => { tool: string; arguments: Record<string, unknown> };
  /** What the address and the scene say; undefined where the browser decides. */
  context: () => Partial<HostContext>;
  /** Hears of the browser's theme, unless another was chosen. */
  watchTheme: (listener: (theme: HostContext["theme"]) => void) => void;
  /** What `keep` was given in this entry of the tab's history. */
  kept: () => WidgetState | undefined;
  keep: (state: WidgetState) => void;
  callTool: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  reportSize: (size: { width: number; height: number }) => void;
}

interface Host {
  /** Whether a saved view is shown, with no server to ask. */
  isSaved: boolean;
  /** The tool that opened the widget and its arguments, as far as the host has told. */
  opening: () => { tool?: string; arguments?: Record<string, unknown> };
  on: <K extends keyof HostEvents>(type: K, listener: (value: HostEvents[K]) => unknown) => void;
  connect: () => Promise<void>;
  callTool: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  sendMessage: (text: string) => Promise<void>;
  openLink: (url: string) => Promise<void>;
  /** Has the person's files saved, in the form of `ui/download-file`; undefined if the host takes none. */
  downloadFile: (contents: object[]) => Promise<void> | undefined;
  /** Gives the mode that the host granted. */
  requestDisplayMode: (mode: HostContext["displayMode"]) => Promise<HostContext["displayMode"]>;
  widgetState: () => WidgetState | undefined;
  /** Merges `change` into the state that the host keeps; false where a host keeps none. */
  setWidgetState: (change: WidgetState) => Promise<boolean>;
  /** What the model was told last, as far as the host has kept it. */
  modelContent: () => unknown;
  /** Tells the model what it sees of the widget; false where a host takes nothing. */
  updateModelContext: (context: ModelContext) => Promise<boolean>;
  reportSize: (size: { width: number; height: number }) => void;
}

interface ChannelStatus {
  status: "idle" | "busy" | "error" | "expired";
  code?: string;
  message?: string;
}

interface ChannelUpdate {
  delta: Vars;
  events: ReflexEvent[];
  session: string;
  version: number;
}

interface Confirmed {
  session: string;
  version: number;
  seal?: string;
  context?: ModelContext;
  /** Whether it is the opening result, which a host stores and may redeliver when it is old. */
  isStored: boolean;
}

interface QueuedEvent {
  seq: number;
  event: ReflexEvent;
  /** A lazy event causes no call; it goes with the next one. */
  isLazy: boolean;
  /** The server has it and its run goes on. */
  isAccepted: boolean;
  /** It was in a call. */
  wasSent: boolean;
}

interface Outbox {
  add: (event: ReflexEvent, isLazy: boolean) => void;
  /** Drop the events of this name that were not sent yet, and have the server stop the others. */
  cancel: (name: string) => void;
  /** Whether an event waits that causes a call. */
  isWaiting: () => boolean;
  /** The events and cancels of the next call, the same until it is answered or refused; undefined if there are none. */
  next: () => { events: object[]; cancel?: string[] } | undefined;
  /** Everything up to this number was taken. */
  acknowledge: (seq: number) => void;
  /** The call was answered; false if events of it were neither acknowledged nor are running. */
  answered: (isRunning: boolean) => boolean;
  /** Nothing is running any more: what was not acknowledged goes again. */
  ended: () => void;
  /** The call was refused for now: nothing of it was done, so the next one may have other events. */
  again: () => void;
  /** The call was refused for good; true if that cost something, false if its events go one by one now. */
  refused: () => boolean;
  /** The session was restored with this count: what was not acknowledged goes again, numbered from there. */
  restored: (ack: number) => void;
}

interface Caller {
  call: (tool: string, args: Record<string, unknown>) => Promise<BridgePart>;
  /** A call that has to give a session. */
  begin: (tool: string, args: Record<string, unknown>) => Promise<OpenPart>;
  /** Ask for the bridge's part in `structuredContent` from now on. */
  useContent: () => void;
}

interface ChannelOptions {
  callTool: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  config: Pick<BridgeConfig, "eventTool" | "pollTool" | "live">;
  /** Show this. */
  onUpdate: (update: ChannelUpdate) => void;
  /** Show this view on the way to an update. */
  onStep?: (vars: Vars) => void;
  /** The state was confirmed; it is shown at once or after a playback. */
  onConfirmed?: (confirmed: Confirmed) => void;
  /** A lost session was restored, and the person should know how. */
  onNotice?: (message: string) => void;
  /** What there is to restore a session from; without it, a lost session is at its end. */
  restoration?: (session: string) => Restoration;
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
  base: () => { version: number; vars: Vars };
  session: () => string;
  /** Take the first state of a session, or a repeat of it. */
  open: (part: OpenPart) => void;
  /** Run the opening tool again, through the event tool. */
  reopen: (opening: { tool: string; arguments: Record<string, unknown> }) => Promise<void>;
  /** Ask for a session that the server may have lost. */
  restore: (from: Restoration) => Promise<BridgePart["rung"]>;
  send: (event: ReflexEvent, options?: { isLazy?: boolean }) => void;
  /** Send a part of a file, beside the events. */
  sendChunk: (chunk: UploadChunk) => Promise<void>;
  /** Stop what runs of a handler, and drop what waits of it. */
  cancel: (name: string) => void;
  /** Send again what failed, with the same sequence numbers. */
  retry: () => void;
  /** Ask once for what is newer than `base`. */
  refresh: () => void;
  /** The document is visible or online again. */
  wake: () => void;
  /** Nobody looks any more: a playback goes to its end. */
  rest: () => void;
  stop: () => void;
}

interface View {
  phase: "waiting" | "slow" | "ready" | "cancelled" | "failed" | "ask";
  message?: string;
}

interface Notice {
  message: string;
  /** Whether something failed. */
  isError: boolean;
  /** What can be done about it, by the label of its button. */
  actions: Record<string, () => void>;
}

interface Notices {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => Notice[];
  /** Show a sentence; a button takes it away and does what it says. */
  tell: (message: string, options?: Partial<Omit<Notice, "message">>) => void;
}

interface Opening {
  /** The opening tool and its arguments, as far as they are known. */
  call: () => { tool: string; arguments: Record<string, unknown> | null };
  reopen: () => Promise<void>;
  fail: (message: string) => void;
  stop: () => void;
}

interface RuntimeUpdate {
  delta: Vars;
  events: ReflexEvent[];
}

/** What takes the events that Reflex's runtime emits. */
interface Bridge {
  send: (event: ReflexEvent, options: { isLazy?: boolean }) => void;
  hostAction: (event: ReflexEvent) => void;
  handlerError: (event: ReflexEvent) => void;
  /** A restart of the server has ended a background job. */
  interrupted?: (event: ReflexEvent) => void;
  /** Have the host take a file; undefined if it takes none. */
  downloadFile?: (contents: object[]) => Promise<unknown> | undefined;
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
