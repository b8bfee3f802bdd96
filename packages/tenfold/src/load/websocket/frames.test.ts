import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../http/response-parser.ts";
import { encodeFrame, FrameReader, TEXT } from "./frames.ts";

/** As a server sends it: without a mask. */
function serverFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
  test(`a message of ${length} bytes is read, in whatever pieces it comes`, () => {
    const payload = Buffer.alloc(length, "abc");
    const bytes = Buffer.concat([serverFrame(payload), serverFrame(Buffer.from("next"))]);
    for (const size of [1, 3, 1_000, bytes.length].filter((one) => one > bytes.length / 2_000)) {
      const reader = new FrameReader();
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        for (const frame of reader.push(bytes.subarray(at, at + size))) found.push(frame.payload.toString());
      assert.deepEqual(found, [payload.toString(), "next"], `pieces of ${size}`);
    }
  });
}

test("what a client sends is masked", () => {
  const frame = encodeFrame(TEXT, Buffer.from("Hello"), Buffer.from([0x37, 0xfa, 0x21, 0x3d]));
  // The example of RFC 6455, 5.7.
  assert.equal(frame.toString("hex"), "818537fa213d7f9f4d5158");
});

test("a masked frame of a server, one of an unknown extension and one without end are refused", () => {
  const mask = Buffer.from([1, 2, 3, 4]);
  assert.throws(() => new FrameReader().push(encodeFrame(TEXT, Buffer.from("x"), mask)), ProtocolError);
  assert.throws(() => new FrameReader().push(Buffer.from([0xc1, 0])), ProtocolError);
  assert.throws(() => new FrameReader().push(Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0])), ProtocolError);
});
