// @ts-check
/**
 * A host loads one document, so a picture of the app's `assets` folder travels inside it.
 *
 *     src: "/logo.png"     becomes     src: "data:image/png;base64,…"
 *
 * Only a literal path is seen; a path that a State decides would point at the host's sandbox.
 */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Media that the default Content-Security-Policy of hosts lets a widget load from `data:`. */
const TYPES = new Map([
  ["avif", "image/avif"],
  ["gif", "image/gif"],
  ["ico", "image/x-icon"],
  ["jpeg", "image/jpeg"],
  ["jpg", "image/jpeg"],
  ["mp3", "audio/mpeg"],
  ["mp4", "video/mp4"],
  ["png", "image/png"],
  ["svg", "image/svg+xml"],
  ["webm", "video/webm"],
  ["webp", "image/webp"],
]);
const LITERAL = new RegExp(`(["'])(/[^"'\\n?#]+\\.(${[...TYPES.keys()].join("|")}))\\1`, "gi");
/** Bytes from which a file is worth a warning: hosts download a bundle uncompressed. */
const LARGE = 100 * 1024;

/**
 * @param {string} web The `.web` folder; Reflex copies `assets` to its `public`.
 * @param {(id: string) => boolean} isOwn Whether a module is compiled from the app itself.
 * @returns {import("vite").Plugin} A plugin that puts the app's own files into its code.
 */
export function inlineAssets(web, isOwn) {
  const root = path.join(web, "public");
  return {
    name: "mcp-bridge-assets",
    transform(code, id) {
      if (!isOwn(id)) return null;
      const inlined = code.replace(LITERAL, (literal, _quote, name, ending) => {
        const file = path.join(root, decodeURI(name));
        const bytes = sizeOf(file);
        if (!file.startsWith(root + path.sep) || bytes < 0) return literal;
        if (bytes > LARGE) {
          this.warn(`the file assets${name} adds ${Math.round(bytes / 1024)} KB to the bundle. Make it smaller, or serve it and declare its origin: csp=Csp(resource=[...]).`);
        }
        return JSON.stringify(`data:${TYPES.get(ending.toLowerCase())};base64,${readFileSync(file).toString("base64")}`);
      });
      return inlined === code ? null : { code: inlined, map: null };
    },
  };
}

/** @param {string} file A path. @returns {number} The file's bytes, -1 if there is none. */
function sizeOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : -1;
}
