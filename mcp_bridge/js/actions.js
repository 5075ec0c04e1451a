// @ts-check
/**
 * What Reflex lets the browser `eval` when a handler returns it (`rx.toast`, `rx.set_clipboard`, …) comes to a widget
 * as a named action with JSON in it (mcp_bridge/actions.py) and is performed here.
 *
 *     bindRuntime({ refs, addEvents });
 *     perform({ name: "_action_toast", payload: { level: "success", message: "Saved", props: {} } }, report);
 */

/** @typedef {{ refs: Record<string, any>, addEvents: (events: ReflexEvent[]) => void }} Runtime */
/** @typedef {{ events: ReflexEvent[], takes?: string[][] }} Callback */
/** @typedef {(contents: object[]) => Promise<unknown> | undefined} Download Undefined: the host takes no files. */
/** @typedef {{ report: (message: string) => void, download?: Download, doc?: Document }} Surroundings */

/** Props of a toast that are callbacks. */
const CALLBACKS = ["onDismiss", "onAutoClose"];

/** @type {Runtime} */
let runtime = { refs: {}, addEvents: () => {} };

/**
 * Name Reflex's runtime: its refs, and the function that queues events.
 * @param {Runtime} target
 */
export function bindRuntime(target) {
  runtime = target;
}

/**
 * Perform one action.
 * @param {ReflexEvent} event
 * @param {Surroundings} surroundings Where a sentence for the person goes, and how the host takes a file.
 */
export async function perform({ name, payload = {} }, { report, download, doc = globalThis.document }) {
  const { refs } = runtime;
  try {
    if (name === "_action_toast") toast(payload, report);
    else if (name === "_action_toast_dismiss") refs.__toast?.dismiss(payload.id);
    else if (name === "_action_clipboard") await copy(payload.text, doc);
    else if (name === "_action_download") await save(payload, download, doc);
    else if (name === "_action_log") console.log(payload.message);
    else if (name === "_action_alert") report(String(payload.message));
    else if (name === "_action_scroll") doc.getElementById(payload.id)?.scrollIntoView(payload.alignToTop);
    else if (name === "_action_client_state") push(payload.ref, payload.value);
    else if (name === "_action_client_state_get") run(/** @type {Callback} */ (payload), refs[payload.ref]);
  } catch (error) {
    report(/** @type {Error} */ (error).message);
  }
}

/**
 * Queue the events of a callback.
 * @param {Callback} callback
 * @param {unknown} [value] What the callback was called with.
 */
function run({ events, takes = [] }, value) {
  const filled = events.map((event, index) => {
    const taken = Object.fromEntries((takes[index] ?? []).map((key) => [key, value]));
    return { ...event, payload: { ...event.payload, ...taken } };
  });
  if (filled.length) runtime.addEvents(filled);
}

/**
 * Show a toast; without a provider the message goes where the widget's other notes go.
 * @param {Record<string, any>} payload
 * @param {(message: string) => void} report
 */
function toast({ level, message, props }, report) {
  const show = runtime.refs.__toast;
  if (!show) {
    report(String(message || props.title || props.description));
    return;
  }
  const options = { ...props };
  for (const key of ["action", "cancel"]) {
    if (options[key]?.events) options[key] = { label: options[key].label, onClick: () => run(props[key]) };
  }
  // sonner gives the toast, which is no JSON; Reflex's own callbacks are compiled to ignore it.
  for (const key of CALLBACKS) if (options[key]) options[key] = () => run(props[key]);
  (level ? show[level] : show)(message, options);
}

/**
 * Set a client state, mounted or not.
 * @param {string} ref Its setter, `_client_state_setName`.
 * @param {unknown} value
 */
function push(ref, value) {
  const set = runtime.refs[ref];
  if (!set) throw new Error("The widget does not show the client state that the server sets. Use it in the component.");
  set(value);
}

/**
 * Put text into the clipboard. Few hosts give a frame the permission `clipboard-write`; the old command needs none, but
 * a press not long ago.
 * @param {string} text
 * @param {Document} doc
 */
async function copy(text, doc) {
  if (copyOld(text, doc)) return;
  await navigator.clipboard.writeText(text).catch(() => {
    throw new Error("This host does not let a widget write to the clipboard. Copy the text by hand.");
  });
}

/**
 * @param {string} text
 * @param {Document} doc
 * @returns {boolean} Whether the text was copied.
 */
function copyOld(text, doc) {
  const area = doc.createElement("textarea");
  const focused = /** @type {HTMLElement | null} */ (doc.activeElement);
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  doc.body.append(area);
  area.select();
  const isCopied = doc.execCommand("copy");
  area.remove();
  focused?.focus();
  return isCopied;
}

/**
 * Save a file: through the host where it takes files, else as a browser does.
 * @param {Record<string, any>} payload
 * @param {Download | undefined} download
 * @param {Document} doc
 */
async function save({ url, filename }, download, doc) {
  if (!/^(data|blob|https?):/i.test(url)) {
    throw new Error(`The file ${url} is on the app's server, which a widget cannot reach. Send its content instead.`);
  }
  const taken = download?.([content(url, filename)]);
  if (taken) {
    await taken;
    return;
  }
  const link = doc.createElement("a");
  link.href = url;
  link.download = filename;
  doc.body.append(link);
  link.click();
  link.remove();
}

/**
 * A file as `ui/download-file` takes it (MCP Apps 2026-01-26): its content, or where the host finds it.
 * @param {string} url
 * @param {string} filename
 * @returns {object}
 */
export function content(url, filename) {
  const [, type, coding, data] = /^data:([^,;]*)[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  const name = filename || "download";
  if (data === undefined) return { type: "resource_link", uri: url, name };
  const resource = { uri: `file:///${encodeURIComponent(name)}`, mimeType: type || "text/plain" };
  return { type: "resource", resource: { ...resource, ...(coding ? { blob: data } : { text: decodeURIComponent(data) }) } };
}
