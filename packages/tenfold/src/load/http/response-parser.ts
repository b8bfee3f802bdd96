const LARGEST_HEAD = 64 * 1024;
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const CR_LF = Buffer.from("\r\n");

/** What came is no answer in HTTP/1.1. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

type Stage = "head" | "fixed" | "size" | "data" | "trailer" | "until-close" | "done";

/**
 * Reads answers in HTTP/1.0 and 1.1 from the pieces in which they come, one answer at a time: `begin`, then `push` until
 * it gives true. A whole answer in one piece takes the short way through. Not a parser for everybody: what a load
 * generator needs is the status, where the answer ends, and whether the connection can be used again.
 */
export class ResponseParser {
  #stage: Stage = "done";
  #isHead = false;
  #keepsBody = false;
  #left = 0;
  #partial: Buffer | null = null;
  #status = 0;
  #head = "";
  #isReusable = true;
  #body: Buffer[] = [];

  /** For the answer to `HEAD`, which has no body whatever its head says, and for bodies that somebody will read. */
  begin(options: { readonly isHead: boolean; readonly keepsBody: boolean }): void {
    this.#stage = "head";
    this.#isHead = options.isHead;
    this.#keepsBody = options.keepsBody;
    this.#partial = null;
    this.#status = 0;
    this.#head = "";
    this.#isReusable = true;
    if (this.#body.length > 0) this.#body = [];
  }

  /** 0 until a status line came. */
  get status(): number {
    return this.#status;
  }

  /** The status line and the headers. */
  get head(): string {
    return this.#head;
  }

  /** Whether the server lets the connection be used again. */
  get isReusable(): boolean {
    return this.#isReusable;
  }

  get body(): Buffer {
    return this.#body.length === 1 && this.#body[0] !== undefined ? this.#body[0] : Buffer.concat(this.#body);
  }

  /** Takes the next piece; true when the answer is whole. Throws ProtocolError. */
  push(chunk: Buffer): boolean {
    let rest = this.#partial === null ? chunk : Buffer.concat([this.#partial, chunk]);
    this.#partial = null;
    while (rest.length > 0) {
      const used = this.#take(rest);
      if (used === 0) {
        // The connection's buffer is used again for the next piece.
        this.#partial = Buffer.from(rest);
        return false;
      }
      rest = rest.subarray(used);
      if (this.#stage === "done") {
        if (rest.length > 0) throw new ProtocolError("more bytes came than the answer had announced");
        return true;
      }
    }
    return false;
  }

  /** The connection ended. True when that is how the answer was to end. */
  end(): boolean {
    if (this.#stage !== "until-close") return false;
    this.#stage = "done";
    return true;
  }

  /** Takes what it can from the front; 0 when it needs more to go on. */
  #take(bytes: Buffer): number {
    switch (this.#stage) {
      case "head":
        return this.#takeHead(bytes);
      case "fixed":
      case "data": {
        const taken = Math.min(this.#left, bytes.length);
        this.#keep(bytes.subarray(0, taken));
        this.#left -= taken;
        if (this.#left === 0) this.#stage = this.#stage === "fixed" ? "done" : "size";
        return taken;
      }
      case "size":
        return this.#takeSize(bytes);
      case "trailer": {
        const end = bytes.indexOf(CR_LF);
        if (end === -1) return this.#needMore(bytes);
        if (end === 0) this.#stage = "done";
        return end + 2;
      }
      case "until-close":
        this.#keep(bytes);
        return bytes.length;
      case "done":
        throw new ProtocolError("bytes came that belong to no answer");
      default:
        return this.#stage satisfies never;
    }
  }

  #keep(bytes: Buffer): void {
    if (this.#keepsBody) this.#body.push(Buffer.from(bytes));
  }

  #needMore(bytes: Buffer): 0 {
    if (bytes.length > LARGEST_HEAD) throw new ProtocolError(`a head or line is longer than ${LARGEST_HEAD} bytes`);
    return 0;
  }

  #takeHead(bytes: Buffer): number {
    const end = bytes.indexOf(END_OF_HEAD);
    if (end === -1) return this.#needMore(bytes);
    const head = bytes.toString("latin1", 0, end + 2);
    const used = end + 4;
    const status = /^HTTP\/1\.([01]) (\d{3})[ \r]/.exec(head);
    if (status === null) throw new ProtocolError("the answer is no HTTP/1.1");
    const code = Number(status[2]);
    // An interim answer (100, 103); the answer itself follows.
    if (code >= 100 && code < 200 && code !== 101) return used;
    this.#status = code;
    this.#head = head;
    this.#isReusable = status[1] === "1" ? !/\r\nconnection:[^\r]*\bclose\b/i.test(head) : false;
    this.#stage = this.#afterHead(head, code);
    return used;
  }

  #afterHead(head: string, code: number): Stage {
    if (this.#isHead || code === 204 || code === 304 || code === 101) return "done";
    if (/\r\ntransfer-encoding:[^\r]*chunked[ \t]*\r/i.test(head)) return "size";
    const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r/i.exec(head);
    if (length === null) {
      this.#isReusable = false;
      return "until-close";
    }
    this.#left = Number(length[1]);
    return this.#left === 0 ? "done" : "fixed";
  }

  #takeSize(bytes: Buffer): number {
    // The line end of the chunk before this one comes first.
    const start = bytes.length >= 2 && bytes[0] === 13 && bytes[1] === 10 ? 2 : 0;
    const end = bytes.indexOf(CR_LF, start);
    if (end === -1) return this.#needMore(bytes);
    const size = /^([0-9a-f]{1,12})[ \t]*(;|$)/i.exec(bytes.toString("latin1", start, end));
    if (size === null) throw new ProtocolError("a chunk has no size");
    this.#left = Number.parseInt(size[1] ?? "", 16);
    this.#stage = this.#left === 0 ? "trailer" : "data";
    return end + 2;
  }
}
