// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { bindUploads, uploadFiles } from "../../mcp_bridge/js/upload.js";

/** @type {any[]} */
let chunks = [];
/** @type {any[]} */
let events = [];
/** @type {string[]} */
let reports = [];
/** @type {() => unknown} */
let onChunk = () => {};

beforeEach(() => {
  [chunks, events, reports, onChunk] = [[], [], [], () => {}];
  bindUploads({
    sendChunk: async (chunk) => {
      chunks.push(chunk);
      await onChunk();
    },
    send: (event) => void events.push(event),
    report: (message) => void reports.push(message),
    limit: 1024 * 1024,
  });
});

/** @param {any[]} files @param {any} [refs] @param {any} [onProgress] */
const upload = (files, refs = {}, onProgress) =>
  uploadFiles("album.take", files, "box", onProgress, {}, { label: "x" }, {}, refs);

test("files go in chunks, and then the event that names them", async () => {
  /** bridge: rx.upload through the host's tool calls. */
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
  /** @type {any[]} */
  const progress = [];
  const files = [new File([bytes], "a.bin"), new File([], "empty.txt", { type: "text/plain" })];
  assert.equal(await upload(files, {}, (/** @type {any} */ step) => progress.push(step)), true);
  assert.deepEqual(
    chunks.map(({ file, index }) => [file, index]),
    [
      [0, 0],
      [0, 1],
      [0, 2],
    ],
  );
  assert.deepEqual(Buffer.concat(chunks.map(({ data }) => Buffer.from(data, "base64"))), Buffer.from(bytes));
  assert.ok(JSON.stringify(chunks[0]).length < 200_000);
  const named = [
    { name: "a.bin", type: "", size: 300_000 },
    { name: "empty.txt", type: "text/plain", size: 0 },
  ];
  assert.deepEqual(events, [
    { name: "album.take", payload: { label: "x" }, upload: { id: chunks[0].id, files: named } },
  ]);
  assert.deepEqual([progress.length, progress[2]], [3, { loaded: 300_000, total: 300_000, progress: 1 }]);
});

test("without a file the handler runs with none", async () => {
  /** bridge: as Reflex does it. */
  assert.equal(await upload([]), true);
  assert.deepEqual([chunks.length, events[0].upload.files], [0, []]);
});

test("an upload that is cancelled sends no more and runs nothing", async () => {
  /** bridge: rx.cancel_upload. */
  /** @type {any} */
  const refs = {};
  onChunk = () => refs.__upload_controllers_box.abort();
  assert.equal(await upload([new File([new Uint8Array(500_000)], "a")], refs), false);
  assert.deepEqual([chunks.length, events, reports, refs], [1, [], [], {}]);
});

test("a second upload of the same box waits for nobody and is dropped", async () => {
  /** bridge: as Reflex does it. */
  const refs = {};
  const results = await Promise.all([upload([new File(["a"], "a")], refs), upload([new File(["b"], "b")], refs)]);
  assert.deepEqual([results, events.length], [[true, false], 1]);
});

test("what cannot be sent is said in a sentence", async () => {
  /** bridge: subject, what is wrong, the cure. */
  assert.equal(await upload([new File([new Uint8Array(1_500_000)], "a")]), false);
  onChunk = () => {
    throw Object.assign(new Error("The host is offline."), { code: "unsupported" });
  };
  await upload([new File(["a"], "a")]);
  onChunk = () => {
    throw Object.assign(new Error("gone"), { code: "unknown_session" });
  };
  await upload([new File(["a"], "a")]);
  assert.deepEqual(reports, [
    "The files have 1.5 MB, and a widget can send 1 MB. Choose fewer or smaller ones.",
    "The host is offline.",
    "The server was restarted while the files were sent. Send them again.",
  ]);
  assert.deepEqual(events, []);
});
