// @ts-check
/** The list of tools: those that open a widget, those without UI, and those that only widgets call. */

import { h, icon } from "./dom.js";
import { writeScene } from "./scene.js";

/**
 * The `ui://` URI of the widget that a tool opens; both spellings of the metadata count.
 * @param {any} tool
 * @returns {string | undefined}
 */
export function uriOf(tool) {
  return tool._meta?.ui?.resourceUri ?? tool._meta?.["ui/resourceUri"];
}

/**
 * Whether hosts hide a tool from the model.
 * @param {any} tool
 * @returns {boolean}
 */
export function isForWidgets(tool) {
  const visibility = tool._meta?.ui?.visibility;
  return Array.isArray(visibility) && !visibility.includes("model");
}

/**
 * Fill the navigation.
 * @param {HTMLElement} nav
 * @param {any[]} tools
 */
export function renderTools(nav, tools) {
  const forModel = tools.filter((tool) => !isForWidgets(tool));
  const groups = [
    section("Widgets", "widget", forModel.filter(uriOf)),
    section("Without UI", "text", forModel.filter((tool) => !uriOf(tool))),
    fold("Only for widgets", tools.filter(isForWidgets)),
  ];
  nav.replaceChildren(...groups.filter((group) => group !== null));
}

/**
 * @param {string} title
 * @param {string} symbol
 * @param {any[]} tools
 */
function section(title, symbol, tools) {
  if (tools.length === 0) return null;
  return h("section", {}, h("h2", {}, title), h("ul", {}, tools.map((tool) => h("li", {}, link(tool, symbol)))));
}

/**
 * @param {string} title
 * @param {any[]} tools
 */
function fold(title, tools) {
  if (tools.length === 0) return null;
  return h("details", {}, h("summary", {}, title), h("ul", {}, tools.map((tool) => h("li", {}, link(tool, "plug")))));
}

/**
 * @param {any} tool
 * @param {string} symbol
 */
function link(tool, symbol) {
  const href = `#${new URLSearchParams({ tool: tool.name })}`;
  return h("a", { href, "data-tool": tool.name }, icon(symbol), h("span", {}, tool.title ?? tool.name, h("small", { dir: "ltr" }, tool.name)));
}

/**
 * Put the project's scenes below their tools.
 * @param {HTMLElement} nav
 * @param {import("./scene-files.js").Listed[]} scenes
 * @param {(name: string) => void} open
 */
export function showScenes(nav, scenes, open) {
  for (const old of nav.querySelectorAll(".scenes")) old.remove();
  for (const anchor of nav.querySelectorAll("a[data-tool]")) {
    const own = scenes.filter((each) => each.scene?.tool === /** @type {HTMLElement} */ (anchor).dataset.tool);
    if (own.length === 0) continue;
    const items = own.map(({ name, scene }) => {
      const onclick = (/** @type {MouseEvent} */ event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        open(name);
      };
      return h("li", {}, h("a", { href: `#${writeScene(scene ?? {})}`, "data-scene": name, onclick }, name));
    });
    anchor.after(h("ul", { class: "scenes", "aria-label": `Scenes of ${anchor.getAttribute("data-tool")}` }, items));
  }
}
