import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError, ResponseParser } from "./response-parser.ts";

interface Parsed {
  readonly status: number;
  readonly body: string;
  readonly isReusable: boolean;
}

/** Parses an answer that comes in pieces of so many bytes, and then ends. */
function parse(text: string, size: number, isHead = false): Parsed | "cut off" {
  const parser = new ResponseParser();
  parser.begin({ isHead, keepsBody: true });
  const bytes = Buffer.from(text, "latin1");
  const tell = (): Parsed => ({ status: parser.status, body: parser.body.toString(), isReusable: parser.isReusable });
  for (let at = 0; at < bytes.length; at += size) {
    // The connection writes the next piece over this one.
    const piece = Buffer.from(bytes.subarray(at, at + size));
    const isWhole = parser.push(piece);
    piece.fill(0);
    if (isWhole) {
      assert.ok(at + size >= bytes.length, "it ended before its last byte");
      return tell();
    }
  }
  return parser.end() ? tell() : "cut off";
}

const ANSWERS: Readonly<Record<string, readonly [string, Parsed | "cut off"]>> = {
  "with a length": [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    { status: 200, body: "hello", isReusable: true },
  ],
  "with an empty body": ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", { status: 200, body: "", isReusable: true }],
  "in chunks": [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nb;x=y\r\n, it is me!\r\n0\r\n\r\n".replace(
      "A;",
      "b;",
    ),
    { status: 200, body: "hello, it is me!", isReusable: true },
  ],
  "in chunks with trailers": [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
    { status: 200, body: "ab", isReusable: true },
  ],
  "that lasts until the connection ends": [
    "HTTP/1.1 200 OK\r\n\r\nall of it",
    { status: 200, body: "all of it", isReusable: false },
  ],
  "without content": ["HTTP/1.1 204 No Content\r\n\r\n", { status: 204, body: "", isReusable: true }],
  "that was not modified": [
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n",
    { status: 304, body: "", isReusable: true },
  ],
  "after interim ones": [
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    { status: 200, body: "ok", isReusable: true },
  ],
  "that closes the connection": [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    { status: 200, body: "ok", isReusable: false },
  ],
  "of HTTP/1.0": ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", { status: 200, body: "ok", isReusable: false }],
  "without a reason": ["HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", { status: 200, body: "ok", isReusable: true }],
  "that is cut off in its body": ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "cut off"],
  "that is cut off in its head": ["HTTP/1.1 200 OK\r\nContent-Le", "cut off"],
  "that is cut off in its chunks": ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "cut off"],
};

for (const [name, [text, wanted]] of Object.entries(ANSWERS)) {
  test(`an answer ${name} is read, in whatever pieces it comes`, () => {
    for (let size = 1; size <= text.length; size += 1) assert.deepEqual(parse(text, size), wanted, `pieces of ${size}`);
  });
}

test("an answer to HEAD has no body, whatever its head says", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n";
  assert.deepEqual(parse(text, 7, true), { status: 200, body: "", isReusable: true });
});

for (const [name, text] of Object.entries({
  "another protocol": "220 smtp.example.com ESMTP\r\n\r\n",
  "a chunk without a size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
  "more than was announced": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
  "a head without end": `HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`,
})) {
  test(`${name} is refused`, () => {
    assert.throws(() => parse(text, text.length), ProtocolError);
  });
}

test("one parser reads one answer after the other", () => {
  const parser = new ResponseParser();
  for (const body of ["one", "three", ""]) {
    parser.begin({ isHead: false, keepsBody: true });
    assert.equal(parser.push(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)), true);
    assert.equal(parser.body.toString(), body);
  }
});
