// @ts-check
/** Saved inputs of a tool: those kept in this browser, and the scenes of the project, which everyone has. */

import { byId, copyButton, h, icon } from "./dom.js";
import { recall, remember } from "./memory.js";
import { SceneError, listScenes, readSceneFile, saveSceneFile, sceneFolder } from "./scene-files.js";
import { writeScene } from "./scene.js";
import { showScenes } from "./tools.js";

/** @typedef {import("./scene-files.js").Listed} Listed */
/** @typedef {Record<string, Record<string, any>>} Inputs By name. */

/** Keys of a scene: opening one takes those away that it does not have. */
const KEYS = ["tool", "input", "host", "theme", "locale", "timeZone", "direction", "device", "width", "displayMode", "maxHeight", "safeArea", "quirks", "result", "widgetState"];
const NAME = "[a-z0-9]([a-z0-9_\\-]{0,62}[a-z0-9])?";

/**
 * The fold below the form.
 * @param {HTMLElement} box
 * @param {object} options
 * @param {import("./emulator.js").Emulator} options.emulator
 * @param {() => Record<string, any>} options.entered What the form has.
 * @returns {{show: (tool: any) => void, load: () => Promise<void>}} `show` the tool's own, `load` the project's scenes.
 */
export function createSaved(box, { emulator, entered }) {
  /** @type {any} */
  let tool = null;
  /** @type {Listed[]} */
  let scenes = [];
  const folder = sceneFolder();
  const badge = h("span", { class: "badge" });
  const list = h("ul", { class: "saved-list" });
  const status = h("p", { class: "status", role: "status" });
  const name = /** @type {HTMLInputElement} */ (h("input", { id: "saved-name", autocomplete: "off", spellcheck: "false", placeholder: "late-night", "aria-describedby": "saved-help", maxlength: 64 }));
  const withResult = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id: "saved-result" }));
  const keep = h("button", { type: "submit" }, "Save input here");
  const file = h("button", { type: "button", hidden: !folder, onclick: () => void saveScene(false) }, "Save scene");
  const link = copyButton(() => new URL(`#${writeScene(current())}`, location.href).href, "Copy a link to this scene", "Copy link");
  const help = folder
    ? `An input is kept in this browser. A scene is the file ${folder}/<name>.json, with host, settings and quirks.`
    : "An input is kept in this browser. Scenes are saved as files by a server in development.";
  const form = h(
    "form",
    { class: "saved-form", novalidate: true, "aria-label": "Save" },
    h("div", { class: "field" }, h("label", { for: "saved-name" }, "Name"), name),
    folder ? h("label", { class: "check" }, withResult, "With result") : null,
    h("div", { class: "actions" }, keep, file, link),
    h("p", { id: "saved-help", class: "help" }, help),
  );
  const fold = h("details", { class: "card saved" }, h("summary", {}, h("span", {}, "Saved inputs and scenes"), badge), list, form, status);
  box.replaceChildren(fold);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!checkName()) return;
    remember(`inputs.${tool.name}`, { ...inputs(), [name.value]: entered() });
    say(`Saved in this browser as ${name.value}.`);
    draw();
  });

  /** @returns {Inputs} */
  const inputs = () => recall(`inputs.${tool?.name}`, {});

  /** The scene as it is, with what was entered but not run. */
  function current() {
    const { result, widgetState, ...scene } = emulator.scene();
    return { ...scene, tool: tool.name, input: entered() };
  }

  function checkName() {
    if (new RegExp(`^(?:${NAME})$`).test(name.value)) {
      name.removeAttribute("aria-invalid");
      return true;
    }
    name.setAttribute("aria-invalid", "true");
    say("A name has small letters, digits, - and _, up to 64, such as late-night.");
    name.focus();
    return false;
  }

  /**
   * @param {string} text
   * @param {...Node} more
   */
  function say(text, ...more) {
    status.replaceChildren(text, ...more);
  }

  /** @param {boolean} overwrite */
  async function saveScene(overwrite) {
    if (!checkName()) return;
    const own = name.value;
    const { result, widgetState } = emulator;
    const extra = withResult.checked ? { ...(result ? { result } : {}), ...(widgetState ? { widgetState } : {}) } : {};
    if (withResult.checked && !result) return say("There is no result yet. Run the tool first, or save the scene without.");
    try {
      say(`Saved as ${await saveSceneFile(own, { ...current(), ...extra }, overwrite)}.`);
      await load();
    } catch (error) {
      if (!(error instanceof SceneError)) throw error;
      if (error.isTaken) say(`${error.message} `, h("button", { type: "button", class: "small", onclick: () => void saveScene(true) }, "Replace it"));
      else say(error.message);
    }
  }

  /**
   * Set everything as the scene has it. A saved result is shown at once; a tool is never called by itself.
   * @param {string} asked
   */
  async function openScene(asked) {
    try {
      const scene = await readSceneFile(asked);
      await emulator.set({ ...Object.fromEntries(KEYS.map((key) => [key, undefined])), ...scene });
      if (scene.result) await emulator.run();
      say(`Scene ${asked} is open.`);
    } catch (error) {
      fold.setAttribute("open", "");
      say(/** @type {Error} */ (error).message);
    }
  }

  async function load() {
    try {
      scenes = await listScenes();
    } catch (error) {
      say(/** @type {Error} */ (error).message);
    }
    showScenes(byId("tools"), scenes, (asked) => void openScene(asked));
    draw();
  }

  function draw() {
    if (!tool) return;
    const own = Object.entries(inputs());
    const known = emulator.tools().map((each) => each.name);
    const mine = scenes.filter((each) => each.scene?.tool === tool.name);
    const broken = scenes.filter((each) => each.error || (each.scene?.tool && !known.includes(each.scene.tool)));
    list.replaceChildren(...own.map(([each, input]) => inputRow(each, input)), ...mine.map(sceneRow), ...broken.map(brokenRow));
    badge.textContent = own.length + mine.length ? String(own.length + mine.length) : "";
    badge.classList.toggle("bad", broken.length > 0);
  }

  /**
   * @param {string} each
   * @param {Record<string, any>} input
   */
  function inputRow(each, input) {
    const use = () => void emulator.set({ tool: tool.name, input, result: undefined, widgetState: undefined });
    const forget = () => {
      const { [each]: _gone, ...rest } = inputs();
      remember(`inputs.${tool.name}`, rest);
      say(`${each} was removed.`);
      draw();
      name.focus();
    };
    return h(
      "li",
      {},
      h("button", { type: "button", class: "saved-open", onclick: use }, h("strong", {}, each), h("span", { class: "gist", dir: "ltr" }, JSON.stringify(input))),
      h("span", { class: "chip" }, "this browser"),
      h("button", { type: "button", class: "quiet small", "aria-label": `Remove ${each}`, onclick: forget }, "Remove"),
    );
  }

  /** @param {Listed} each */
  function sceneRow({ name: each, scene, hasResult, hasWidgetState }) {
    const { tool: _tool, input, ...rest } = scene ?? {};
    const more = [...Object.entries(rest).map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`), hasResult && "result", hasWidgetState && "widget state"].filter(Boolean);
    return h(
      "li",
      {},
      h("button", { type: "button", class: "saved-open", onclick: () => void openScene(each) }, h("strong", {}, each), h("span", { class: "gist", dir: "ltr" }, [input ? JSON.stringify(input) : "", ...more].filter(Boolean).join(" · "))),
      h("span", { class: "chip widget" }, "scene"),
    );
  }

  /** @param {Listed} each */
  function brokenRow({ name: each, scene, error }) {
    return h("li", { class: "broken" }, icon("alert"), h("span", {}, h("strong", {}, each), " ", error ?? `This server has no tool ${scene?.tool}.`));
  }

  return {
    load,
    show(next) {
      if (tool?.name !== next.name) say("");
      tool = next;
      draw();
    },
  };
}
