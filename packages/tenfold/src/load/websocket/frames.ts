import { ProtocolError } from "../http/response-parser.ts";

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** The most bytes of a frame or a message that are taken. */
export const LARGEST: number = 16 * 1024 * 1024;

/** A frame of a WebSocket (RFC 6455, 5.2). */
export interface Frame {
  readonly opcode: number;
  /** Whether a message ends with it. */
  readonly isFinal: boolean;
  readonly payload: Buffer;
}

/** A frame as a client sends it. `mask`: four bytes. */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const start = 2 + extended + 4;
  mask.copy(frame, 2 + extended);
  for (let at = 0; at < length; at += 1) frame[start + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return frame;
}

/** Reads the frames of a server from the pieces in which they come. */
export class FrameReader {
  #partial: Buffer = Buffer.alloc(0);

  /** The frames that are whole with this piece. Throws ProtocolError. */
  push(chunk: Buffer): Frame[] {
    let rest = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const found = this.#read(rest);
      if (found === null) break;
      frames.push(found.frame);
      rest = rest.subarray(found.size);
    }
    this.#partial = Buffer.from(rest);
    return frames;
  }

  #read(bytes: Buffer): { readonly frame: Frame; readonly size: number } | null {
    if (bytes.length < 2) return null;
    const first = bytes.readUInt8(0);
    const second = bytes.readUInt8(1);
    if ((first & 0x70) !== 0) throw new ProtocolError("a frame uses an extension that was not agreed upon");
    if ((second & 0x80) !== 0) throw new ProtocolError("a frame of the server is masked");
    const short = second & 0x7f;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) return null;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (length > LARGEST) throw new ProtocolError(`a frame has ${length} bytes, where ${LARGEST} are the most`);
    if (bytes.length < start + length) return null;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    return { frame: { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0, payload }, size: start + length };
  }
}
