// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateTokens, formatTokens } from "../../mcp_bridge/preview/tokens.js";
import { createTurns } from "../../mcp_bridge/preview/turns.js";

const text = (/** @type {string} */ words) => ({ content: [{ type: "text", text: words }] });

test("a conversation is what the model reads of it", () => {
  /** spec: MCP Apps 2026-01-26, ui/message and ui/update-model-context; `_meta` is for the widget alone. */
  const talk = createTurns();
  talk.say("Flights to SFO?", "person");
  const call = talk.call({ name: "flights" }, { origin: "JFK" });
  assert.deepEqual(talk.asModelReads().at(-1), { role: "assistant", call: "flights", arguments: { origin: "JFK" } });
  call.result = { ...text("22 flights"), structuredContent: { count: 22 }, _meta: { secret: 1 } };
  talk.answer("There are 22.");
  assert.deepEqual(talk.asModelReads(), [
    { role: "user", text: "Flights to SFO?" },
    { role: "assistant", call: "flights", arguments: { origin: "JFK" } },
    { role: "tool", content: ["22 flights"], structuredContent: { count: 22 } },
    { role: "assistant", text: "There are 22." },
  ]);
});

test("the newest context goes with the next message, once", () => {
  /** spec: a context replaces the one before it, and waits for the person's message. */
  const talk = createTurns();
  talk.context(text("One seat."));
  talk.context({ ...text("Two seats."), structuredContent: { seats: 2 } });
  talk.answer("Go on.");
  assert.deepEqual(talk.waiting(), { ...text("Two seats."), structuredContent: { seats: 2 } });
  talk.say("Book them.", "widget");
  talk.say("And hurry.", "person");
  assert.deepEqual(talk.asModelReads().slice(1), [
    { role: "context", content: ["Two seats."], structuredContent: { seats: 2 } },
    { role: "user", text: "Book them." },
    { role: "user", text: "And hurry." },
  ]);
  assert.equal(talk.waiting(), null);
});

test("a tool that failed is read as its error, and an image as its size", () => {
  /** bridge: what is copied stays readable. */
  const talk = createTurns();
  talk.call({ name: "a" }, {}).error = "Nothing answers.";
  talk.call({ name: "b" }, {}).result = { content: [{ type: "image", mimeType: "image/png", data: "x".repeat(500) }], isError: true };
  const reads = talk.asModelReads();
  assert.deepEqual(reads[1], { role: "tool", error: "Nothing answers." });
  assert.deepEqual(reads[3], { role: "tool", content: [{ type: "image", mimeType: "image/png", data: "500 characters of base64" }], isError: true });
});

test("tokens are estimated near what a vocabulary has", () => {
  /** bridge: counted once with o200k; an estimate within a quarter. */
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: i, carrier: "AA", flight: 1000 + i * 7, departure: `2013-07-01T0${i % 10}:15:00`, price: 199.5 + i, tail_number: `N3${i}AA`, is_late: i % 3 === 0,
  }));
  const near = (/** @type {unknown} */ value, /** @type {number} */ counted) => {
    const ratio = estimateTokens(value) / counted;
    assert.ok(ratio > 0.75 && ratio < 1.25, `${estimateTokens(value)} for ${counted}`);
  };
  near(rows, 1882);
  near(JSON.stringify(rows, null, 2), 2842);
  near("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。", 72);
  near("Die Würde des Menschen ist unantastbar. Sie zu achten und zu schützen ist Verpflichtung aller staatlichen Gewalt. Das Deutsche Volk bekennt sich darum zu unverletzlichen und unveräußerlichen Menschenrechten als Grundlage jeder menschlichen Gemeinschaft.", 52);
  assert.deepEqual([estimateTokens(undefined), estimateTokens(""), formatTokens(1), formatTokens(1240)], [0, 0, "about 1 token", "about 1,240 tokens"]);
  assert.ok(estimateTokens("word ".repeat(400_000)) > 300_000);
});
