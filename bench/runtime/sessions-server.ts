// A server of sessions.ts: one framework with one way to keep sessions, and the same two routes.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openContext } from "../../packages/runtime/src/context/index.ts";
import {
  fastifySessions,
  openSessions,
  sessionMiddleware,
  sessionOf,
} from "../../packages/runtime/src/sessions/index.ts";
import { peer } from "./peers.ts";

export type Variant =
  | "express"
  | "express ours"
  | "express ours, renewing each time"
  | "express-session"
  | "fastify"
  | "fastify ours"
  | "@fastify/session";

type Middleware = (request: never, response: never, next: () => void) => void;
interface ExpressApp extends RequestListener {
  set(name: string, value: unknown): void;
  use(middleware: Middleware): void;
  get(
    path: string,
    handle: (request: IncomingMessage, response: ServerResponse & { json(value: unknown): void }) => unknown,
  ): void;
  post: ExpressApp["get"];
}
interface FastifyApp {
  server: { address(): AddressInfo };
  register(plugin: unknown, options?: object): Promise<unknown>;
  get(path: string, handle: (request: object) => unknown): void;
  post: FastifyApp["get"];
  listen(where: object): Promise<unknown>;
}
type Store = new (options: object) => object;

/** What a session holds for a visitor who is logged in. */
const CONTENT = { name: "Ada Lovelace", roles: ["tutor", "admin"], theme: "dark", visits: 12 };
const SECRET = "a-secret-of-at-least-thirty-two-characters";
const DAY = 24 * 60 * 60;

const variant = process.argv[2] as Variant;
const context = openContext({ warn: () => {} });

interface Bag {
  content?: typeof CONTENT;
}
const bagOf = (request: object) => (request as { session: Bag }).session;

async function connectRedis(): Promise<object> {
  const { createClient } = await peer<{ createClient(o: object): { connect(): Promise<object> } }>("redis");
  const { RedisStore } = await peer<{ RedisStore: Store }>("connect-redis");
  const client = await createClient({ url: process.env.REDIS_URL }).connect();
  return new RedisStore({ client, ttl: DAY });
}

const ours = (renewAfter?: number) =>
  openSessions(context, {
    idle: DAY * 1_000,
    absolute: 30 * DAY * 1_000,
    ...(renewAfter === undefined ? {} : { renewAfter }),
  });

async function express(): Promise<number> {
  const { default: make } = await peer<{ default: () => ExpressApp }>("express");
  const app = make();
  app.set("trust proxy", 1);
  app.set("etag", false);
  if (variant === "express ours") app.use(sessionMiddleware(ours()) as unknown as Middleware);
  if (variant === "express ours, renewing each time") app.use(sessionMiddleware(ours(0)) as unknown as Middleware);
  if (variant === "express-session") {
    const { default: session } = await peer<{ default: (options: object) => Middleware }>("express-session");
    const cookie = { secure: true, httpOnly: true, sameSite: "lax", maxAge: DAY * 1_000 };
    app.use(session({ store: await connectRedis(), secret: SECRET, resave: false, saveUninitialized: false, cookie }));
  }
  const isOurs = variant.startsWith("express ours");
  app.post("/login", (request, response) => {
    if (isOurs) sessionOf<Bag>(request).set("content", CONTENT);
    else if (variant === "express-session") bagOf(request).content = CONTENT;
    response.json({});
  });
  app.get("/", (request, response) => {
    if (variant === "express") return response.json({ name: CONTENT.name });
    const content = isOurs ? sessionOf<Bag>(request).get("content") : bagOf(request).content;
    response.json({ name: content?.name ?? "nobody" });
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

async function fastify(): Promise<number> {
  const { default: make } = await peer<{ default: (options: object) => FastifyApp }>("fastify");
  const app = make({ trustProxy: true });
  if (variant === "fastify ours") await app.register(fastifySessions(ours()));
  if (variant === "@fastify/session") {
    const cookie = await peer<{ default: unknown }>("@fastify/cookie");
    const session = await peer<{ default: unknown }>("@fastify/session");
    await app.register(cookie.default);
    await app.register(session.default, {
      store: await connectRedis(),
      secret: SECRET,
      saveUninitialized: false,
      cookie: { secure: true, maxAge: DAY * 1_000 },
    });
  }
  app.post("/login", (request) => {
    if (variant === "fastify ours") sessionOf<Bag>(request).set("content", CONTENT);
    else if (variant === "@fastify/session") bagOf(request).content = CONTENT;
    return {};
  });
  app.get("/", (request) => {
    if (variant === "fastify") return { name: CONTENT.name };
    const content = variant === "fastify ours" ? sessionOf<Bag>(request).get("content") : bagOf(request).content;
    return { name: content?.name ?? "nobody" };
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return app.server.address().port;
}

process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send?.(await (variant.startsWith("express") ? express() : fastify()));
