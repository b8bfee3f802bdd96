import { connect, type Socket } from "node:net";

/** A TCP session that keeps what it was told, and knows whether it was closed. */
export class TcpSession implements AsyncDisposable {
  readonly #socket: Socket;
  received = "";
  closed = false;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (text: string) => {
      this.received += text;
    });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.closed = true;
    });
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** What comes back until `pattern` is in it, or the session is closed. */
  async ask(text: string, pattern: RegExp): Promise<string> {
    this.received = "";
    this.send(text);
    const deadline = Date.now() + 5000;
    while (!pattern.test(this.received) && !this.closed && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}
