// @ts-check
/** The scenes of the project, `tests/scenes/*.json`, through the server; only one in development has them. */

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {{name: string, scene?: Scene, hasResult?: boolean, hasWidgetState?: boolean, error?: string}} Listed */

/** Why a scene was not saved or not read. `isTaken`: there is one of that name. */
export class SceneError extends Error {
  /**
   * @param {string} message
   * @param {boolean} [isTaken]
   */
  constructor(message, isTaken = false) {
    super(message);
    this.isTaken = isTaken;
  }
}

/** The folder that the server saves scenes to, "" if it does not. */
export const sceneFolder = () => document.querySelector("meta[name=scenes]")?.getAttribute("content") ?? "";

/**
 * All scenes, without their results.
 * @returns {Promise<Listed[]>}
 */
export async function listScenes() {
  return sceneFolder() ? (await ask("preview/scenes")).scenes : [];
}

/**
 * One scene with all that its file has.
 * @param {string} name
 * @returns {Promise<Scene>}
 */
export async function readSceneFile(name) {
  return (await ask(`preview/scenes/${encodeURIComponent(name)}`)).scene;
}

/**
 * Write a scene.
 * @param {string} name
 * @param {Scene} scene
 * @param {boolean} overwrite Whether one of that name is replaced.
 * @returns {Promise<string>} The path of its file in the project.
 */
export async function saveSceneFile(name, scene, overwrite) {
  const query = overwrite ? "?overwrite=true" : "";
  const init = { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(scene) };
  return (await ask(`preview/scenes/${encodeURIComponent(name)}${query}`, init)).path;
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function ask(path, init) {
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), { credentials: "same-origin", ...init });
  } catch {
    throw new SceneError("The server does not answer, so the scene was not saved or read.");
  }
  if (response.ok) return response.json();
  throw new SceneError((await response.text()).trim() || `The server answered ${response.status}.`, response.status === 409);
}
