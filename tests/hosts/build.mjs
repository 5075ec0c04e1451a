// @ts-check
/**
 * The three host pages, bundled so that a test needs no network and no module server.
 *
 *     node build.mjs      writes dist/: one HTML and one JS per host, sandbox.html, openai-shim.js
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const HOSTS = { appbridge: "appbridge.js", mcpui: "mcpui.jsx", openai: "openai.js" };

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  outdir: "dist",
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  legalComments: "none",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
};
await build({
  ...common,
  entryPoints: Object.entries(HOSTS).map(([name, file]) => ({ in: `src/${file}`, out: name })),
});
await build({ ...common, entryPoints: ["src/openai-shim.js"], minify: true });

const page = readFileSync("src/host.html", "utf8");
for (const name of Object.keys(HOSTS)) writeFileSync(`dist/${name}.html`, page.replaceAll("{{host}}", name));
copyFileSync("src/sandbox.html", "dist/sandbox.html");
