// @ts-check
/**
 * The compiled modules of a widget say which colours, breakpoints and origins it can ever use.
 *
 * Reflex compiles Python components to calls `jsx(Component, {props})`, so a literal in the Python is a literal in
 * these modules, and everything that State decides is some other expression. Where an expression could hold a value
 * that matters, the answer is "any": what is not proven unused stays.
 */
import { calleeName, isObject, isText, keyName, literals, rootName, strings } from "./estree.mjs";

/** @typedef {import("./estree.mjs").Node} Node */
/** @typedef {{colors: Set<string> | "any", breakpoints: boolean, tokens: "literal" | "styles" | "any", strings: string[], open: string[]}} CssUsage */

/** Radix props that choose a colour scale. */
const COLOR_PROPS = new Set(["color", "accentColor", "grayColor", "colorScheme", "data-accent-color", "data-gray-color"]);

/** Props whose value may be a CSS colour, or rows of data that hold some (the charts). */
const PAINT_PROPS = new Set(["fill", "stroke", "stopColor", "floodColor", "data", "dangerouslySetInnerHTML"]);

/** Keys of Radix's responsive objects. */
const BREAKPOINTS = new Set(["initial", "xs", "sm", "md", "lg", "xl"]);

/** Props that Radix Themes 3.3.0 accepts per breakpoint. */
const RESPONSIVE = new Set(
  (
    "align alignContent alignSelf areas bottom clip columns direction display flexBasis flexGrow flexShrink flow gap " +
    "gapX gapY gridArea gridColumn gridColumnEnd gridColumnStart gridRow gridRowEnd gridRowStart height inset justify " +
    "justifyItems justifySelf layout left m maxHeight maxWidth mb minHeight minWidth ml mr mt mx my orientation " +
    "overflow overflowX overflowY p pb pl position pr pt px py resize right rows side size top trim weight width wrap"
  ).split(" "),
);

/** Functions that make an element; Rolldown numbers names that occur twice. */
const ELEMENT = /^(jsxs?|jsxDEV|createElement|cloneElement)(\$\d+)?$/;

/** Props that hold CSS declarations. */
const STYLE_PROPS = /^(css|style|styles|sx)$|Style$/;

/** CSS properties that can take a colour; `--x` may stand for anything. */
const PAINT = /color|background|border|fill|stroke|shadow|outline|image|mask|filter|decoration|caret|^--/i;

/** Props whose literal URL the browser loads, by the list of origins that has to allow it. */
const LOADED = new Map([
  ["src", "resource"],
  ["srcSet", "resource"],
  ["poster", "resource"],
  ["backgroundImage", "resource"],
  ["background", "resource"],
]);

/** "--" as a question, whether a name is that of a custom property, and not as the start of a name. */
const TESTS_NAME = /\b(startsWith|indexOf)\(\s*["'`]--["'`]\s*\)/g;

export class Usage {
  /** @type {Set<string>} */
  #colors = new Set(["gray"]);
  #anyColor = false;
  #breakpoints = false;
  /** @type {"literal" | "styles" | "any"} */
  #tokens = "literal";
  /** @type {Record<"connect" | "resource" | "frame", Set<string>>} */
  #origins = { connect: new Set(), resource: new Set(), frame: new Set() };
  #themed = false;
  #joinsNames = false;

  /**
   * @param {string} web The `.web` folder.
   * @param {(code: string) => Node} parse Gives the ESTree of a module.
   */
  constructor(web, parse) {
    this.web = web;
    this.parse = parse;
  }

  /**
   * Look at the modules that are left after tree shaking.
   *
   * @param {Record<string, {code: string | null}>} modules The chunk's modules by id.
   */
  addModules(modules) {
    for (const [id, { code }] of Object.entries(modules)) {
      if (!code) continue;
      if (/["'`]--["'`]/.test(code.replace(TESTS_NAME, ""))) this.#joinsNames = true;
      if (id.includes("/node_modules/")) this.#addPackage(id, code);
      else if (this.#isCompiled(id)) this.#visit(this.parse(code), id.endsWith("/utils/theme.js"), false);
    }
    if (!this.#themed) this.#colors.add("indigo"); // Radix's default accent
  }

  /** @param {string} bundle The whole script. @returns {CssUsage} What css.mjs needs to know. */
  forCss(bundle) {
    const found = strings(this.parse(bundle));
    return {
      colors: this.#anyColor ? "any" : this.#colors,
      breakpoints: this.#breakpoints,
      tokens: this.#tokens,
      strings: found.strings.filter((text) => text !== "--" || this.#joinsNames),
      open: found.open,
    };
  }

  /** @returns {Record<string, string[]>} Origins that literal URLs need, sorted, by kind. */
  origins() {
    return Object.fromEntries(Object.entries(this.#origins).map(([kind, found]) => [kind, [...found].sort()]));
  }

  /**
   * @param {string} id A module outside node_modules.
   * @returns {boolean} Whether it comes from the app rather than from Reflex's or the bridge's runtime.
   */
  #isCompiled(id) {
    const file = id.replace(/^\0/, "").split("?")[0];
    if (!file.startsWith(this.web)) return false;
    const relative = file.slice(this.web.length + 1).replaceAll("\\", "/");
    if (relative.startsWith("mcp_bridge/")) return !/^mcp_bridge\/(js\/|context\.jsx)/.test(relative);
    return !relative.startsWith("utils/") || relative.startsWith("utils/components/") || relative === "utils/theme.js";
  }

  /**
   * A package may use Radix Themes by itself; Radix's own components have a few fixed colours.
   *
   * @param {string} id @param {string} code
   */
  #addPackage(id, code) {
    if (id.includes("/@radix-ui/themes/")) {
      if (id.includes("theme-panel")) this.#anything();
      for (const [, name, color] of code.matchAll(/(\w*[cC]olor)["']?:\s*["'`]([a-z]+)["'`]/g)) {
        if (COLOR_PROPS.has(name)) this.#colors.add(color);
      }
    } else if (/(from|import|require)\b[^;\n]*@radix-ui\/themes/.test(code)) {
      this.#anything();
    }
  }

  /** Nothing can be proven. */
  #anything() {
    this.#anyColor = true;
    this.#breakpoints = true;
    this.#tokens = "any";
  }

  /**
   * @param {any} node A node, a list of nodes, or a plain value.
   * @param {boolean} inStyle Whether keys are CSS properties.
   * @param {boolean} inProps Whether the node is the second argument of `jsx(...)`.
   */
  #visit(node, inStyle, inProps) {
    if (Array.isArray(node)) {
      for (const each of node) this.#visit(each, inStyle, inProps);
    } else if (node && typeof node.type === "string") {
      if (node.type === "ObjectExpression") {
        for (const property of node.properties) this.#visitProperty(property, inStyle, inProps);
      } else {
        const isElement = node.type === "CallExpression" && ELEMENT.test(calleeName(node));
        if (isElement) this.#visitElement(node);
        for (const [key, value] of Object.entries(node)) {
          if (key === "type" || key === "start" || key === "end") continue;
          const props = isElement && key === "arguments";
          if (props) node.arguments.forEach((/** @type {Node} */ each, /** @type {number} */ i) => this.#visit(each, false, i === 1));
          else this.#visit(value, inStyle, inProps && key === "arguments");
        }
      }
    }
  }

  /** @param {Node} node A call that makes an element; its literal URLs need an origin. */
  #visitElement(node) {
    const [tag, props] = node.arguments;
    if (props?.type !== "ObjectExpression") return;
    const isFrame = tag.type === "Literal" && tag.value === "iframe";
    for (const property of props.properties) {
      if (property.type !== "Property") continue;
      const kind = isFrame && keyName(property) === "src" ? "frame" : LOADED.get(keyName(property) ?? "");
      if (kind) this.#addOrigins(kind, property.value);
    }
  }

  /** @param {Node} property @param {boolean} inStyle @param {boolean} inProps */
  #visitProperty(property, inStyle, inProps) {
    if (property.type === "SpreadElement") {
      this.#visitSpread(property.argument, inStyle, inProps);
      return;
    }
    const key = keyName(property);
    const value = property.value;
    if (key === null) {
      if (inStyle) this.#tokens = "any";
      else if (inProps) this.#anything();
    } else if (inStyle) {
      if (LOADED.has(key)) this.#addOrigins("resource", value);
      if (!isObject(value) && literals(value) === null) this.#addDynamicStyle(key);
    } else {
      this.#visitProp(key, value);
    }
    const style = inStyle || (key !== null && STYLE_PROPS.test(key));
    if (style && !inStyle && !isObject(value) && literals(value) === null) this.#tokens = "any";
    this.#visit(value, style, false);
  }

  /** @param {string} key @param {Node} value */
  #visitProp(key, value) {
    const known = literals(value);
    if (key === "accentColor") this.#themed = true;
    if (BREAKPOINTS.has(key)) this.#breakpoints = true;
    if (known === null && RESPONSIVE.has(key) && !isObject(value) && !isText(value)) this.#breakpoints = true;
    if (COLOR_PROPS.has(key) && !isObject(value)) {
      if (known === null) this.#anyColor = true;
      for (const each of known ?? []) this.#colors.add(each);
    }
    if (COLOR_PROPS.has(key) && isObject(value)) this.#anyColor = true;
    if (known === null && (COLOR_PROPS.has(key) || PAINT_PROPS.has(key))) this.#tokens = "any";
  }

  /** @param {Node} argument What is spread. @param {boolean} inStyle @param {boolean} inProps */
  #visitSpread(argument, inStyle, inProps) {
    const name = argument.type === "CallExpression" ? calleeName(argument) : rootName(argument);
    // Rolldown numbers names that occur twice: `rest$1`.
    const isKnown = isObject(argument) || /^(mergeSlotProps|rest|props|theme|theme_default)(\$\d+)?$/.test(name);
    if (!isKnown && inStyle) this.#tokens = "any";
    if (!isKnown && inProps) this.#anything();
    this.#visit(argument, inStyle, inProps);
  }

  /** @param {string} key A CSS property whose value is not known. */
  #addDynamicStyle(key) {
    if (PAINT.test(key)) this.#tokens = "any";
    else if (this.#tokens === "literal") this.#tokens = "styles";
  }

  /** @param {string} kind @param {Node} value */
  #addOrigins(kind, value) {
    for (const text of literals(value) ?? []) {
      for (const [url] of text.matchAll(/https?:\/\/[^\s"'()<>,]+/g)) {
        if (URL.canParse(url)) this.#origins[/** @type {"resource"} */ (kind)].add(new URL(url).origin);
      }
    }
  }
}
