import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually.ts";

/** A POST whose body stays away until it is told to come: a request that is in flight for as long as a test likes. */
export class RawRequest {
  readonly #socket: Socket;
  readonly #body: string;
  #answer = "";

  private constructor(socket: Socket, body: string) {
    this.#socket = socket;
    this.#body = body;
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.#answer += text;
    });
    socket.on("error", () => {});
  }

  /** Resolves when the server has the request in its hands. */
  static async begin(port: number, path: string, value: unknown): Promise<RawRequest> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const request = new RawRequest(socket, JSON.stringify(value));
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(request.#body)}\r\nExpect: 100-continue\r\n\r\n`,
    );
    await eventually("the server asks for the body", 5_000, () => request.#answer.includes("100 Continue"));
    return request;
  }

  sendBody(): void {
    this.#socket.write(this.#body);
  }

  /** All that came, once the server has closed the connection. */
  async answer(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, "close");
    return this.#answer;
  }
}
