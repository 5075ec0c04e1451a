// @ts-check
/** The menu of quirks: what is on, what each does, and the thread in which somebody met it. */

import { byId, h, icon } from "./dom.js";
import { HOSTS, QUIRK_LIST } from "./scene.js";

/** @typedef {import("./scene.js").Scene} Scene */

/** @type {Record<string, string>} */
const GROUPS = { result: "Result", input: "Input", mount: "Mounting", size: "Size", calls: "Calls", missing: "Not offered" };

/**
 * Fill the menu in index.html.
 * @param {(quirks: string[]) => void} onChange
 * @returns {(scene: Scene) => void} Shows what is on in a scene.
 */
export function createQuirkMenu(onChange) {
  const menu = byId("quirks");
  const list = byId("quirk-list");
  const badge = byId("quirk-count");
  const off = h("button", { type: "button", class: "quiet small", onclick: () => onChange([]) }, "All off");
  const boxes = /** @type {HTMLInputElement[]} */ (
    QUIRK_LIST.map(({ id }) => h("input", { type: "checkbox", id: `quirk-${id}`, value: id, "aria-describedby": `quirk-${id}-text` }))
  );
  const delays = new Map(
    QUIRK_LIST.filter((quirk) => quirk.milliseconds).map(({ id, title, milliseconds }) => [
      id,
      /** @type {HTMLInputElement} */ (h("input", { type: "number", min: 0, max: 600000, step: 100, placeholder: milliseconds, "aria-label": `Milliseconds of “${title}”` })),
    ]),
  );
  const rows = QUIRK_LIST.map((quirk, index) => row(quirk, boxes[index], delays.get(quirk.id)));
  list.replaceChildren(
    h("p", { class: "help" }, "Each is something that a real host did. Those that are on are in the address too. ", off),
    ...Object.entries(GROUPS).map(([group, title]) =>
      h("fieldset", {}, h("legend", {}, title), rows.filter((_, index) => QUIRK_LIST[index].group === group)),
    ),
  );

  const chosen = () =>
    boxes
      .filter((box) => box.checked && !box.disabled)
      .map(({ value }) => (delays.get(value)?.value ? `${value}:${Number(delays.get(value)?.value)}` : value));
  for (const input of [...boxes, ...delays.values()]) input.addEventListener("change", () => onChange(chosen()));

  return (scene) => {
    const on = new Map((scene.quirks ?? []).map((each) => /** @type {[string, string | undefined]} */ (each.split(":"))));
    const hasOpenai = Boolean(HOSTS[scene.host ?? "plain"].openai);
    QUIRK_LIST.forEach(({ id, needs }, index) => {
      boxes[index].checked = on.has(id);
      boxes[index].disabled = needs === "openai" && !hasOpenai;
      const delay = delays.get(id);
      if (delay && on.has(id)) delay.value = on.get(id) ?? "";
    });
    badge.textContent = on.size > 0 ? String(on.size) : "";
    menu.classList.toggle("is-on", on.size > 0);
    byId("active-quirks").replaceChildren(
      ...QUIRK_LIST.filter(({ id }) => on.has(id)).map(({ id, title }) =>
        h("button", { type: "button", class: "chip", title: `Turn off: ${title}`, onclick: () => onChange((scene.quirks ?? []).filter((each) => each.split(":")[0] !== id)) }, title, h("span", { "aria-hidden": "true" }, " ×")),
      ),
    );
  };
}

/**
 * @param {import("./scene.js").Quirk} quirk
 * @param {HTMLInputElement} box
 * @param {HTMLInputElement | undefined} delay
 */
function row({ id, title, sentence, thread, needs }, box, delay) {
  const where = thread.replace("https://github.com/", "").replace(/\/(issues|pull)\//, "#");
  return h(
    "div",
    { class: "quirk" },
    h("label", { class: "check" }, box, h("span", {}, title)),
    delay && h("span", { class: "delay" }, delay, " ms"),
    h(
      "p",
      { id: `quirk-${id}-text`, class: "help" },
      sentence,
      needs === "openai" && " Only in hosts with window.openai.",
      " ",
      h("a", { href: thread, target: "_blank", rel: "noopener noreferrer", "aria-label": `Thread of “${title}”: ${where}` }, where, icon("external")),
    ),
  );
}

/**
 * Close a `<details>` menu by Escape and by a press outside of it.
 * @param {HTMLElement} menu
 */
export function closeFromOutside(menu) {
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.hasAttribute("open")) return;
    event.stopPropagation();
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });
  // A press inside a widget never reaches this document.
  window.addEventListener("blur", () => document.activeElement instanceof HTMLIFrameElement && menu.removeAttribute("open"));
}
