// @ts-check
/**
 * The chat message that a widget belongs to: its tool result and widget state outlive a reload of the page.
 *
 *     const message = openMessage("m1");
 *     message.result ??= await client.callTool(…);
 *     message.save();
 */

/**
 * Return what is kept for a message.
 * @param {string | null} id Null: nothing is kept.
 */
export function openMessage(id) {
  const stored = id ? sessionStorage.getItem(`message:${id}`) : null;
  const { result = null, widgetState = null } = stored ? JSON.parse(stored) : {};
  const message = {
    /** @type {any} The CallToolResult. */
    result,
    /** @type {unknown} */
    widgetState,
    save() {
      const text = JSON.stringify({ result: message.result, widgetState: message.widgetState });
      if (id) sessionStorage.setItem(`message:${id}`, text);
    },
  };
  return message;
}
