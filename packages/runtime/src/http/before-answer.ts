import type { ServerResponse } from "node:http";
import { setHeaders } from "./set-headers.ts";

type Method = "write" | "end" | "flushHeaders";

/**
 * Holds an answer of node:http back until `before` is done, once, when its head is about to be sent. `before` may add
 * headers, and gives nothing when there is nothing to wait for. What it throws cuts the answer.
 */
export function beforeAnswer(response: ServerResponse, before: () => Promise<void> | undefined): void {
  const { writeHead, write, end, flushHeaders } = response;
  const held: { readonly method: Method; readonly args: readonly unknown[] }[] = [];
  let begun = false;
  const go = () => {
    Object.assign(response, { writeHead, write, end, flushHeaders });
    for (const { method, args } of held) (response[method] as (...args: readonly unknown[]) => unknown)(...args);
    if (held.some(({ method }) => method === "write")) response.emit("drain");
  };
  const hold = (method: Method, args: readonly unknown[]) => {
    held.push({ method, args });
    if (begun) return;
    begun = true;
    const waiting = before();
    if (waiting === undefined) go();
    else waiting.then(go, (error: Error) => response.destroy(error));
  };
  Object.assign(response, {
    writeHead(status: number, ...rest: unknown[]) {
      response.statusCode = status;
      if (typeof rest[0] === "string") response.statusMessage = rest[0];
      setHeaders(response, rest.at(-1));
      return response;
    },
    write(...args: unknown[]) {
      hold("write", args);
      return !response.writableNeedDrain;
    },
    end(...args: unknown[]) {
      hold("end", args);
      return response;
    },
    flushHeaders() {
      hold("flushHeaders", []);
    },
  });
}
