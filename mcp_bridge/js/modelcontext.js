// @ts-check
/**
 * Tells the model what it may see of the widget, after it has changed: the declared vars as the server sent them, and
 * nothing else of the state. What came with the opening result the model has already.
 */

/** Milliseconds without a change before the model is told. */
const DELAY = 500;

/**
 * What ChatGPT keeps as `widgetState.modelContent`: the declared vars, with the text beside them.
 * @param {ModelContext} context
 * @returns {string | object}
 */
export function modelContent({ structuredContent, text }) {
  if (!structuredContent) return text;
  return text ? { text, ...structuredContent } : structuredContent;
}

/**
 * The parameters of `ui/update-model-context`, or undefined for a host that takes neither text nor values.
 *
 * A host says in `hostCapabilities.updateModelContext` what it takes; one that says nothing more takes both.
 * @param {ModelContext} context
 * @param {Record<string, unknown>} takes
 * @returns {{ content?: object[], structuredContent?: object } | undefined}
 */
export function contextParams({ structuredContent, text }, takes) {
  const takesAll = !Object.keys(takes).length;
  const takesText = takesAll || !!takes.text;
  const takesValues = takesAll || !!takes.structuredContent;
  if (takesValues && !takesText) return { structuredContent: structuredContent ?? { text } };
  if (!takesText) return undefined;
  const words = text || (takesValues ? "" : JSON.stringify(structuredContent ?? {}));
  return {
    content: words ? [{ type: "text", text: words }] : [],
    ...(takesValues && structuredContent && { structuredContent }),
  };
}

/**
 * A reporter that has told nothing yet.
 * @param {{ host: Pick<Host, "modelContent" | "updateModelContext">, timers?: Timers }} options
 * @returns {ContextReporter}
 */
export function createContextReporter({
  host,
  timers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) },
}) {
  /** What the model knows, as JSON. */
  let known = "";
  /** @type {ModelContext | undefined} */
  let waiting;
  /** @type {unknown} */
  let timer;

  const flush = () => {
    timers.clear(timer);
    const context = waiting;
    waiting = undefined;
    if (!context) return;
    const json = JSON.stringify(modelContent(context));
    if (json === (known || JSON.stringify(host.modelContent()))) return;
    known = json;
    host.updateModelContext(context).catch((error) => {
      if (known === json) known = "";
      console.warn(error);
    });
  };

  return {
    assume(context) {
      if (context && !known && host.modelContent() === undefined) known = JSON.stringify(modelContent(context));
    },

    offer(context) {
      if (!context) return;
      waiting = context;
      timers.clear(timer);
      timer = timers.set(flush, DELAY);
    },

    flush,
  };
}
