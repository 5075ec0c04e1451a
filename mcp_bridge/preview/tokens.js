// @ts-check
/**
 * About how many tokens a text costs a model. An estimate: each model counts in its own way.
 *
 * Byte-pair vocabularies have a token for a common word, for up to three digits, for a few marks together, and fewer
 * letters in one outside of Latin. For prose in several scripts, code, JSON and Markdown this came within a quarter of
 * OpenAI's o200k vocabulary, where "a fourth of the characters" has half of what JSON and tables cost.
 */

/** Longer texts are estimated from a part. */
const SAMPLE = 200_000;
/** What ChatGPT's documents ask a widget's state to stay well under. */
export const STATE_TOKENS = 4000;

/** @type {[RegExp, (run: string) => number][]} */
const COSTS = [
  // Base64 and the like has no words.
  [/[A-Za-z0-9+/_-]{40,}/g, (run) => run.length * 0.65],
  [/[A-Za-z]+/g, (run) => (run.length <= 7 ? 1 : run.length / 5)],
  [/\d+/g, (run) => Math.ceil(run.length / 3)],
  [/[\r\n\t]+ *| {2,}/g, () => 1],
  [/[!-/:-@[-`{-~]+/g, (run) => Math.ceil(run.length / 2.5)],
  [/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g, (run) => run.length * 0.8],
  [/[^\x00-\x7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g, (run) => Math.max(1, run.length / 3)],
];

/**
 * The tokens of a text, or of a value as JSON.
 * @param {unknown} value undefined costs nothing.
 * @returns {number}
 */
export function estimateTokens(value) {
  if (value === undefined) return 0;
  const whole = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const text = whole.slice(0, SAMPLE);
  let tokens = 0;
  let rest = text;
  for (const [pattern, cost] of COSTS) {
    rest = rest.replace(pattern, (run) => {
      tokens += cost(run);
      return "\u0000";
    });
  }
  return Math.ceil(tokens * (text.length ? whole.length / text.length : 1));
}

/**
 * The same for people: "about 1,240 tokens".
 * @param {unknown} value
 * @returns {string}
 */
export function formatTokens(value) {
  const tokens = typeof value === "number" ? value : estimateTokens(value);
  return `about ${tokens.toLocaleString("en")} ${tokens === 1 ? "token" : "tokens"}`;
}
