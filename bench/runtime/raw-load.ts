import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Where to, with which session, how many at once, for how long. */
export interface Load {
  readonly port: number;
  readonly cookie: string;
  readonly connections: number;
  readonly milliseconds: number;
}

export interface Answered {
  readonly answers: number;
  readonly milliseconds: number;
}

/**
 * Asks again on each connection as soon as it is answered, and returns how many answers came, in so many
 * milliseconds. It parses next to
 * nothing, so that the server and not the load is what is measured. Throws when an answer is not 200.
 */
export async function load({ port, cookie, connections, milliseconds }: Load): Promise<Answered> {
  const request = Buffer.from(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nX-Forwarded-Proto: https\r\n\r\n`,
  );
  let answers = 0;
  let going = true;
  const sockets: Socket[] = [];
  const drive = async (): Promise<void> => {
    const socket = connect(port, "127.0.0.1").setNoDelay();
    sockets.push(socket);
    await once(socket, "connect");
    let rest = "";
    const ended = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => resolve());
      socket.on("data", (chunk) => {
        rest += chunk.toString("latin1");
        const head = rest.indexOf("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
        if (head === -1 || rest.length < head + 4 + length) return;
        if (!rest.startsWith("HTTP/1.1 200")) reject(new Error(rest.slice(0, 200)));
        rest = "";
        answers += 1;
        if (going) socket.write(request);
        else socket.destroy();
      });
    });
    socket.write(request);
    await ended;
  };
  const started = performance.now();
  const all = Promise.all(Array.from({ length: connections }, drive));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
  const took = performance.now() - started;
  const counted = answers;
  going = false;
  await all;
  return { answers: counted, milliseconds: took };
}
