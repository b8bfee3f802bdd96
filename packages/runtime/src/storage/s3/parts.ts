import type { Body } from "../storage.ts";

/**
 * Cuts a body into parts of at least `size` bytes, but for the last. Of a stream it holds one part at a time. Nothing at
 * all is one empty part.
 */
export async function* parts(body: Body, size: number): AsyncGenerator<Buffer, void> {
  if (typeof body === "string" || body instanceof Uint8Array) {
    const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
    for (let at = 0; at === 0 || at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    return;
  }
  let held: Uint8Array[] = [];
  let length = 0;
  let given = false;
  for await (const chunk of body) {
    held.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    yield Buffer.concat(held);
    given = true;
    held = [];
    length = 0;
  }
  if (length > 0 || !given) yield Buffer.concat(held);
}
