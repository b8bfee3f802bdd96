import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../packages/tenfold/src/testing/free-port.ts";

/** A server that the generators are compared on. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer`);
}

/** nginx with one worker that answers with some text: cheaper to ask than any of the generators is to run. */
export async function startNginx(): Promise<Server> {
  const home = await mkdtemp(join(tmpdir(), "bench-load-"));
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const temporary = paths.map((name) => `${name}_temp_path ${home}/${name};`).join(" ");
  await writeFile(
    join(home, "nginx.conf"),
    `daemon off; worker_processes 1; pid ${home}/pid; error_log ${home}/error.log; events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; ${temporary}
server { listen 127.0.0.1:${port}; location / { return 200 "hello, this is an answer\\n"; } } }\n`,
  );
  const child: ChildProcess = spawn("nginx", ["-e", join(home, "error.log"), "-c", join(home, "nginx.conf")], {
    stdio: "inherit",
  });
  const url = `http://127.0.0.1:${port}/`;
  await answers(url);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("exit", resolve));
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A server that answers at once, but nobody in one second of five. */
export async function startStalling(): Promise<Server> {
  let waiting: (() => void)[] = [];
  const began = performance.now();
  const isStalled = (): boolean => (performance.now() - began) % 5_000 >= 4_000;
  const timer = setInterval(() => {
    if (isStalled()) return;
    for (const answer of waiting) answer();
    waiting = [];
  }, 5);
  const server = createServer((_, response) => {
    if (isStalled()) waiting.push(() => response.end("late"));
    else response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
