import type { IncomingMessage } from "node:http";
import { HttpFailure } from "./failure.ts";

/** Bytes. */
const LIMIT = 64 * 1024;

/**
 * The request's body. Only `application/json` passes: no form on another site can send that.
 * Throws HttpFailure: 415, 413, 400.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpFailure(415, "not_json", "The body must be JSON, with Content-Type: application/json.");
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new HttpFailure(400, "bad_json", "The body is no valid JSON in UTF-8.");
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new HttpFailure(413, "too_large", `The body is larger than ${LIMIT} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > LIMIT) throw tooLarge;

  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // What is too much is read and dropped: a client that is still sending would not see the answer otherwise.
      if (size > LIMIT) reject(tooLarge);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new HttpFailure(400, "cut_off", "The body was cut off.")));
  });
}
