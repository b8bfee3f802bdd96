/** Applications for small fleets, as their users would write them. */

/**
 * Answers with its name. `/slow` takes a while, `/pid` says who it is, `/count` counts POSTs, `/big` uses memory,
 * `/health` says 200. At SIGTERM it finishes what is in flight.
 */
export const SERVER = `
import { createServer } from "node:http";
const held = [];
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://x");
  const name = process.env.INSTANCE_ID;
  if (pathname === "/slow") return setTimeout(() => response.end(name), Number(searchParams.get("ms") ?? 500));
  if (pathname === "/pid") return response.end(String(process.pid));
  if (pathname === "/say") console.log(searchParams.get("text"));
  if (pathname === "/environment") return response.end(JSON.stringify(process.env));
  if (pathname === "/eat") held.push(Buffer.alloc(Number(searchParams.get("mb")) * 1024 * 1024, 1));
  if (pathname === "/die") process.exit(Number(searchParams.get("code") ?? 1));
  request.resume().on("end", () => response.end(name));
});
server.listen(process.env.PORT, process.env.HOST, () => console.log("listening"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

/** A web tier and nothing else. */
export function webOnly(instances: number, more = ""): Readonly<Record<string, string>> {
  return {
    "server.mjs": SERVER,
    "tenfold.yaml": `name: shop\nweb:\n  command: node server.mjs\n  instances: ${instances}\n  health: /health\n${more}`,
  };
}
