// @ts-check
/**
 * Makes the document look as the host asks: language, direction, theme, safe area, style variables and fonts.
 *
 * MCP Apps 2026-01-26, Theming: variables go on the root element over the widget's own fallbacks; their values are
 * often `light-dark(a, b)`, which needs `color-scheme`; font faces come as CSS text.
 */

const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|iw|khw|ks|ps|sd|ug|ur|yi)\b/i;
const FONTS_ID = "__mcp-host-fonts";

/**
 * Set what follows from the context.
 * @param {Document} doc
 * @param {HostContext} context
 */
export function applyContext(doc, { theme, locale, safeArea, displayMode, fixedHeight }) {
  const root = doc.documentElement;
  root.lang = locale;
  root.dir = RIGHT_TO_LEFT.test(locale) ? "rtl" : "ltr";
  if (root.dataset.theme !== theme) {
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
  }
  root.dataset.displayMode = displayMode;
  root.toggleAttribute("data-fill", displayMode === "fullscreen" || fixedHeight);
  for (const [side, pixels] of Object.entries(safeArea)) {
    root.style.setProperty(`--safe-area-${side}`, `${pixels}px`);
  }
}

/**
 * Set the host's style variables and fonts.
 * @param {Document} doc
 * @param {{ variables?: Record<string, string | undefined>, css?: { fonts?: string } } | undefined} styles
 */
export function applyStyles(doc, styles) {
  for (const [name, value] of Object.entries(styles?.variables ?? {})) {
    if (name.startsWith("--") && typeof value === "string") doc.documentElement.style.setProperty(name, value);
  }
  if (typeof styles?.css?.fonts === "string") {
    let style = doc.getElementById(FONTS_ID);
    if (!style) {
      style = doc.createElement("style");
      style.id = FONTS_ID;
      doc.head.append(style);
    }
    style.textContent = styles.css.fonts;
  }
}
