// @ts-check
/**
 * Reflex loads a component that cannot be rendered on a server by `import()` in a `ClientSide`; a widget is never
 * rendered on one and has one file, so the component is imported like any other, and goes with its last use.
 *
 * Checked on Reflex 0.10.1, where every use is `const X = ClientSide(() => import('p').then((mod) => mod.Y), "X")`.
 */

const LAZY =
  /^(?:export )?const (\w+) = ClientSide\(\(\) => import\((['"])([^'"\n]+)\2\)\.then\(\(mod\) => ([^\n]+?)\), "\w+"\);?$/gm;

/**
 * @param {string} code A module that Reflex wrote.
 * @returns {string} The same with static imports.
 */
export function importStatically(code) {
  return code.replace(LAZY, (whole, name, _quote, source, picked) => {
    const named = /^mod\.(\w+)$/.exec(picked)?.[1];
    if (named && named !== "default") return `import { ${named} as ${name} } from "${source}";`;
    if (picked === "mod.default.default ?? mod.default") {
      // Packages in CommonJS have their component one `default` deeper.
      const pick = "/* @__PURE__ */ ((it) => it?.default ?? it)";
      return `import ${name}__module from "${source}"; const ${name} = ${pick}(${name}__module);`;
    }
    return whole;
  });
}

/**
 * @param {string} web The `.web` folder.
 * @returns {import("vite").Plugin} A plugin for the modules that Reflex compiles from components.
 */
export function clientSide(web) {
  return {
    name: "mcp-bridge-client-side",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(`${web}/`) || id.includes("/node_modules/") || !code.includes("ClientSide(")) return null;
      return { code: importStatically(code), map: null };
    },
  };
}
