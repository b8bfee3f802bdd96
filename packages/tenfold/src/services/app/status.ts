import { connect } from "node:net";

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)[ \r]/;
const INTERIM = /^HTTP\/1\.[01] 1\d\d[\s\S]*?\r\n\r\n/;
const LONGEST_START = 16 * 1024;

export interface Question {
  /** On the loopback address. */
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
}

export class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The status of an answer to GET, on a connection of its own; the rest of the answer is read and thrown away. Many
 * instances are asked every second for as long as a fleet runs, and this costs a third of what a client of HTTP does.
 * Rejects with Unanswered.
 */
export function statusOf({ port, path, headers, timeout }: Question): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    let start: string | null = "";
    const settle = (outcome: number | Unanswered): void => {
      if (start === null) return;
      start = null;
      if (typeof outcome === "number") {
        resolve(outcome);
      } else {
        reject(outcome);
        socket.destroy();
      }
    };
    // It ends a connection too that stays open after the answer.
    const late = setTimeout(() => {
      settle(new Unanswered(`it took longer than ${timeout} ms`, "ETIMEDOUT"));
      socket.destroy();
    }, timeout);
    socket.on("data", (chunk: Buffer) => {
      if (start === null) return;
      start += chunk.toString("latin1");
      for (let interim = INTERIM.exec(start); interim !== null; interim = INTERIM.exec(start))
        start = start.slice(interim[0].length);
      const status = STATUS_LINE.exec(start)?.[1];
      if (status !== undefined && !status.startsWith("1")) settle(Number(status));
      else if (start.length > LONGEST_START || (start.includes("\n") && status === undefined))
        settle(new Unanswered("its answer is no HTTP"));
    });
    socket.on("error", (error: NodeJS.ErrnoException) => settle(new Unanswered(error.message, error.code)));
    socket.on("close", () => {
      clearTimeout(late);
      settle(new Unanswered("it closed the connection without an answer"));
    });
    const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  });
}
