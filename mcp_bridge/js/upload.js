// @ts-check
/**
 * Stands in for Reflex's `utils/helpers/upload`: a frame reaches the app's server only through the host's tool calls, so
 * files go in chunks beside the events, and then the event that names them.
 */

/** Bytes of a chunk; as base64 in JSON it fits into a call. */
const CHUNK = 128 * 1024;
const MEGABYTE = 1024 * 1024;
const LOST = "The server was restarted while the files were sent. Send them again.";

/** @type {UploadTarget | undefined} */
let target;

/**
 * Name who takes files.
 * @param {UploadTarget} named
 */
export function bindUploads(named) {
  target = named;
}

/** @param {Blob} blob @returns {Promise<string>} Its bytes as base64. */
async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  // Arguments of one call are limited.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/**
 * Send files to an upload handler. It has the parameters that Reflex's runtime gives its own.
 * @param {string} handler
 * @param {(File & { path?: string })[] | undefined} files
 * @param {string} uploadId
 * @param {((progress: { loaded: number, total: number, progress: number }) => void) | undefined} onProgress
 * @param {unknown} _headers
 * @param {Record<string, unknown>} args Further arguments of the handler.
 * @param {unknown} _socket
 * @param {Record<string, any>} refs Where `rx.cancel_upload` finds how to stop.
 * @returns {Promise<boolean>} Whether the server has the files and the event is on its way.
 */
export async function uploadFiles(handler, files = [], uploadId, onProgress, _headers, args, _socket, refs) {
  const ref = `__upload_controllers_${uploadId}`;
  if (refs[ref] || !target) return false;
  const { sendChunk, send, report, limit } = target;
  const controller = (refs[ref] = new AbortController());
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  let loaded = 0;
  const advance = (/** @type {number} */ bytes) => {
    loaded += bytes;
    onProgress?.({ loaded, total, progress: total ? loaded / total : 1 });
  };
  try {
    if (total > limit) {
      const [size, most] = [total, limit].map((bytes) => Math.ceil((10 * bytes) / MEGABYTE) / 10);
      throw new Error(`The files have ${size} MB, and a widget can send ${most} MB. Choose fewer or smaller ones.`);
    }
    for (const [number, file] of files.entries()) {
      for (let index = 0; index * CHUNK < file.size; index += 1) {
        const part = file.slice(index * CHUNK, (index + 1) * CHUNK);
        await sendChunk({ id, file: number, index, data: await base64(part) });
        if (controller.signal.aborted) return false;
        advance(part.size);
      }
    }
    if (!total) advance(0);
    const named = files.map(({ path, name, type, size }) => ({ name: path || name, type, size }));
    send({ name: handler, payload: args, upload: { id, files: named } });
    return true;
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    report(code === "unknown_session" ? LOST : message);
    return false;
  } finally {
    delete refs[ref];
  }
}
