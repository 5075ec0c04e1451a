// @ts-check
/**
 * Radix Themes brings 84 KB (gzip) of rules, of which a widget can match about a tenth.
 *
 * A rule goes only if a class that it needs cannot occur. Radix makes its classes from a prefix in its code and a
 * value ("rt-r-fd" + "-" + "column"), so a class can occur if it, or a part of it before a dash, is a string in the
 * bundle. Other people's rules are never touched.
 */

/** @typedef {import("./usage.mjs").CssUsage} CssUsage */

/** A widget is as high as its content and shows the host's background, except where it has the screen to itself. */
export const OVERRIDES = `
html, body { min-height: 0; background: transparent; }
.radix-themes { min-height: 0; background-color: transparent; }
html[data-display-mode="fullscreen"] .radix-themes[data-has-background="true"] { background-color: var(--color-background); }
`;

const SCALES =
  "gray mauve slate sage olive sand tomato red ruby crimson pink plum purple violet iris indigo blue cyan teal jade " +
  "green grass brown orange sky mint lime yellow amber gold bronze";

/** The grays that Radix pairs with the accents (getMatchingGrayColor, @radix-ui/themes 3.3.0). */
const GRAYS = {
  mauve: "tomato red ruby crimson pink plum purple violet",
  slate: "iris indigo blue sky cyan",
  sage: "teal jade mint green",
  olive: "grass lime",
  sand: "yellow amber orange brown gold bronze",
};

const COLOR_TOKEN = new RegExp(`^--(${SCALES.replaceAll(" ", "|")}|accent|focus|color|black|white)-`);

/**
 * Remove the rules, custom properties and keyframes that cannot apply.
 *
 * @param {any} postcss The app's PostCSS.
 * @param {string} css The whole stylesheet of a widget, imports resolved.
 * @param {CssUsage} usage What its script can use.
 * @returns {string} The stylesheet without them, in the same order.
 */
export function cutCss(postcss, css, usage) {
  const root = postcss.parse(css);
  const words = new Set(usage.strings.flatMap((text) => text.split(/\s+/)));
  const starts = usage.open.map((text) => text.split(/\s/).at(-1) ?? "").filter((text) => /rt(-|$)/.test(text));
  const colors = usage.colors === "any" ? null : withGrays(usage.colors);
  const canOccur = (/** @type {string} */ name) => classCanOccur(name, words, starts, usage.breakpoints);
  root.walkRules((/** @type {any} */ rule) => {
    if (rule.parent.type === "atrule" && /keyframes$/.test(rule.parent.name)) return;
    const kept = rule.selectors.filter((/** @type {string} */ each) => selectorCanMatch(each, canOccur, colors));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  removeUnusedProperties(root, usage);
  removeUnusedKeyframes(root, usage);
  removeEmpty(root);
  return root.toString();
}

/** @param {Set<string>} colors @returns {Set<string>} With the grays that Radix picks for them. */
function withGrays(colors) {
  const matching = Object.entries(GRAYS).filter(([, accents]) => accents.split(" ").some((each) => colors.has(each)));
  return new Set([...colors, ...matching.map(([gray]) => gray)]);
}

/**
 * @param {string} name A class as in the DOM, such as `md:-rt-r-mt-2`.
 * @param {Set<string>} words Every word in a string of the bundle.
 * @param {string[]} starts Words to which the script joins something.
 * @param {boolean} breakpoints Whether responsive variants can occur.
 * @returns {boolean} Whether an element can have it.
 */
function classCanOccur(name, words, starts, breakpoints) {
  if (!/^(\w+:)?-?rt-/.test(name)) return true;
  const [variant, plain] = name.includes(":") ? name.split(":") : ["", name];
  if (variant && !breakpoints && !words.has(name)) return false;
  const positive = plain.replace(/^-/, "");
  const parts = positive.split("-");
  return (
    words.has(plain) ||
    parts.some((_, i) => words.has(parts.slice(0, i + 1).join("-"))) ||
    starts.some((start) => [positive, plain, name].some((each) => each.startsWith(start)))
  );
}

/**
 * @param {string} selector One selector, without commas at its top level.
 * @param {(name: string) => boolean} canOccur
 * @param {Set<string> | null} colors The scales that elements can be given, or null for any.
 * @returns {boolean} Whether an element can match it.
 */
function selectorCanMatch(selector, canOccur, colors) {
  const needed = required(selector);
  const names = [...needed.matchAll(/\.((?:\\.|[\w-])+)/g)].map(([, name]) => name.replaceAll("\\", ""));
  if (!names.every(canOccur)) return false;
  const chosen = [...needed.matchAll(/\[data-(?:accent|gray)-color=["']?([a-z]+)["']?\]/g)].map(([, name]) => name);
  return colors === null || chosen.every((name) => colors.has(name) || !SCALES.split(" ").includes(name));
}

/**
 * What a selector demands for certain: without `:not(...)`, and without `:is(a, b)` of which one is enough.
 *
 * @param {string} selector
 * @returns {string} The rest of it.
 */
function required(selector) {
  let rest = selector;
  for (;;) {
    // The innermost parentheses first, so that nested lists are judged from the inside.
    const next = rest.replace(/(:[\w-]+)?\(([^()]*)\)/, (_, pseudo, inner) =>
      /^:(where|is|has|-webkit-any|-moz-any)$/.test(pseudo ?? "") && !inner.includes(",") ? inner : "",
    );
    if (next === rest) return rest;
    rest = next;
  }
}

/**
 * Remove custom properties that nothing reads, neither a rule nor the script, until none is left.
 *
 * @param {any} root @param {CssUsage} usage
 */
function removeUnusedProperties(root, usage) {
  if (usage.tokens === "any") return;
  const named = usage.strings.flatMap((text) => text.match(/--[\w-]*/g) ?? []);
  const whole = new Set(named);
  const opened = usage.open.map((text) => /--[\w-]*$/.exec(text)?.[0] ?? "").filter((text) => text !== "");
  const prefixes = [...opened, ...named.filter((name) => name.endsWith("-"))];
  const byScript = (/** @type {string} */ name) =>
    whole.has(name) || prefixes.some((prefix) => name.startsWith(prefix)) || (usage.tokens === "styles" && !COLOR_TOKEN.test(name));
  for (;;) {
    /** @type {Set<string>} */
    const read = new Set();
    root.walk((/** @type {any} */ node) => {
      const text = node.type === "decl" ? node.value : node.type === "atrule" ? node.params : "";
      for (const [name] of text.matchAll(/--[\w-]+/g)) read.add(name);
    });
    let removed = false;
    root.walkDecls(/^--/, (/** @type {any} */ decl) => {
      if (read.has(decl.prop) || byScript(decl.prop)) return;
      decl.remove();
      removed = true;
    });
    if (!removed) return;
  }
}

/** @param {any} root @param {CssUsage} usage */
function removeUnusedKeyframes(root, usage) {
  const text = usage.strings.join(" ");
  /** @type {string[]} */
  const values = [];
  root.walkDecls((/** @type {any} */ decl) => {
    if (/animation|^--/.test(decl.prop)) values.push(decl.value);
  });
  const used = new Set(values.join(" ").match(/[\w-]+/g));
  root.walkAtRules(/keyframes$/, (/** @type {any} */ rule) => {
    if (rule.params.startsWith("rt-") && !used.has(rule.params) && !text.includes(rule.params)) rule.remove();
  });
}

/** @param {any} root Containers that lost all their rules go; a `@layer` without a body keeps its order. */
function removeEmpty(root) {
  root.walk((/** @type {any} */ node) => {
    let empty = node;
    while (empty.type !== "root" && empty.nodes?.length === 0 && empty.name !== "layer") {
      const parent = empty.parent;
      empty.remove();
      empty = parent;
    }
  });
}
