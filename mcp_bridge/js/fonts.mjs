// @ts-check
/**
 * The policy of MCP Apps lets no widget load a font from a `data:` URL, so the fonts of an npm package, which could only
 * travel inline, would be weight that is refused: KaTeX, which comes with `rx.markdown`, has 1.4 MB of them.
 */

const FONT_FACE = /@font-face\s*\{[^{}]*\}/g;

/**
 * @param {string} css A stylesheet of a package.
 * @returns {string} The same without the fonts that are files of the package.
 */
export function withoutFontFiles(css) {
  return css.replace(FONT_FACE, (rule) => (/url\(\s*["']?https:/i.test(rule) ? rule : ""));
}

/** @returns {import("vite").Plugin} A plugin for the stylesheets of npm packages. */
export function packageFonts() {
  return {
    name: "mcp-bridge-package-fonts",
    enforce: "pre",
    transform(code, id) {
      const isPackages = id.includes("/node_modules/") && /\.css(\?|$)/.test(id);
      return isPackages && code.includes("@font-face") ? { code: withoutFontFiles(code), map: null } : null;
    },
  };
}
