import assert from "node:assert/strict";
import { test } from "node:test";
import { detected, type Files } from "../detected.fixture.ts";
import { pkg, SERVER } from "./package.fixture.ts";

/** A project, and the command that is proposed for it. */
const PROJECTS: readonly (readonly [name: string, framework: string, command: string, files: Files])[] = [
  [
    "Express with a start script",
    "Express",
    "node server.js",
    { ...pkg({ scripts: { start: "node server.js" }, dependencies: ["express"] }), "server.js": SERVER },
  ],
  [
    "Express that only has nodemon",
    "Express",
    "node src/index.js",
    { ...pkg({ scripts: { start: "nodemon src/index.js" }, dependencies: ["express"] }), "src/index.js": SERVER },
  ],
  [
    "Express without a start script",
    "Express",
    "node app.js",
    { ...pkg({ dependencies: ["express"], rest: { main: "./app.js" } }), "app.js": SERVER, "index.js": "export {};\n" },
  ],
  [
    "Fastify in TypeScript with tsx",
    "Fastify",
    "node_modules/.bin/tsx src/server.ts",
    {
      ...pkg({ scripts: { start: "tsx src/server.ts" }, dependencies: ["fastify", "tsx"] }),
      "src/server.ts": "await app.listen({ port: Number(process.env.PORT) });\n",
    },
  ],
  [
    "Fastify that is compiled",
    "Fastify",
    "NODE_ENV=production node dist/server.js",
    {
      ...pkg({
        scripts: { build: "tsc", start: "cross-env NODE_ENV=production node dist/server.js" },
        dependencies: ["fastify"],
      }),
      "src/server.ts": "const { PORT } = process.env;\n",
    },
  ],
  [
    "Koa whose start script builds first",
    "Koa",
    "node dist/app.js",
    {
      ...pkg({ scripts: { start: "npm run build && node dist/app.js" }, dependencies: ["koa"] }),
      "src/app.ts": "app.listen(process.env.PORT);\n",
    },
  ],
  [
    "Koa with a start script that needs a shell",
    "Koa",
    "npm run start",
    {
      ...pkg({ scripts: { start: "node prepare.js; node app.js" }, dependencies: ["koa"] }),
      "app.js": "app.listen(process.env.PORT);\n",
    },
  ],
  [
    "Express under PM2",
    "Express",
    "node src/index.js",
    {
      ...pkg({ scripts: { start: "pm2 start ecosystem.config.json --no-daemon" }, dependencies: ["express", "pm2"] }),
      "ecosystem.config.json": '{"apps": [{"name": "app", "script": "src/index.js", "instances": 4}]}',
      "src/index.js": SERVER,
    },
  ],
  [
    "Koa under pnpm with something before its start",
    "Koa",
    "pnpm start",
    {
      ...pkg({ scripts: { prestart: "node prepare.js", start: "node app.js" }, dependencies: ["koa"] }),
      "pnpm-lock.yaml": null,
      "app.js": "app.listen(process.env.PORT);\n",
    },
  ],
  [
    "Hono on Node in TypeScript without any script",
    "Hono",
    "node src/index.ts",
    {
      ...pkg({ dependencies: ["hono", "@hono/node-server"], rest: { engines: { node: ">=24" } } }),
      "src/index.ts":
        "import { serve } from '@hono/node-server';\nserve({ fetch: app.fetch, port: Number(process.env.PORT) });\n",
    },
  ],
  [
    "NestJS",
    "NestJS",
    "node dist/main",
    {
      ...pkg({
        scripts: { build: "nest build", start: "nest start", "start:prod": "node dist/main" },
        dependencies: ["@nestjs/core", "express"],
      }),
      "src/main.ts": "await app.listen(process.env.PORT ?? 3000);\n",
    },
  ],
  [
    "Next.js",
    "Next.js",
    "node_modules/.bin/next start --port $PORT --hostname $HOST",
    pkg({
      scripts: { dev: "next dev", build: "next build", start: "next start -p 3000" },
      dependencies: ["next", "react"],
    }),
  ],
  [
    "Next.js that makes a standalone server",
    "Next.js",
    "HOSTNAME=$HOST node .next/standalone/server.js",
    {
      ...pkg({ scripts: { build: "next build" }, dependencies: ["next"] }),
      "next.config.mjs": "export default { output: 'standalone' };\n",
    },
  ],
  ["Nuxt", "Nuxt", "node .output/server/index.mjs", pkg({ scripts: { build: "nuxt build" }, dependencies: ["nuxt"] })],
  [
    "Remix",
    "Remix",
    "node_modules/.bin/remix-serve ./build/server/index.js",
    pkg({ scripts: { start: "remix-serve ./build/server/index.js" }, dependencies: ["@remix-run/serve"] }),
  ],
  [
    "SvelteKit with its Node adapter",
    "SvelteKit",
    "node build",
    pkg({ scripts: { build: "vite build" }, dependencies: ["@sveltejs/kit", "@sveltejs/adapter-node", "vite"] }),
  ],
  [
    "SvelteKit without it",
    "SvelteKit",
    "node_modules/.bin/vite preview --port $PORT --host $HOST --strictPort",
    pkg({ scripts: { build: "vite build" }, dependencies: ["@sveltejs/kit", "vite"] }),
  ],
  [
    "Astro with its Node adapter",
    "Astro",
    "node dist/server/entry.mjs",
    pkg({ scripts: { build: "astro build" }, dependencies: ["astro", "@astrojs/node"] }),
  ],
  [
    "a page that Vite builds",
    "Vite",
    "node_modules/.bin/vite preview --port $PORT --host $HOST --strictPort",
    {
      ...pkg({ scripts: { start: "vite", build: "vite build" }, dependencies: ["vite", "react"] }),
      "index.html": null,
    },
  ],
  [
    "plain Node",
    "Node.js",
    "node --enable-source-maps index.mjs",
    {
      ...pkg({ scripts: { start: "npm run serve", serve: "node --enable-source-maps index.mjs" } }),
      "index.mjs": "createServer(f).listen(process.env['PORT']);\n",
    },
  ],
  [
    "Bun",
    "Elysia",
    "bun src/index.ts",
    {
      ...pkg({ dependencies: ["elysia"] }),
      "bun.lock": null,
      "src/index.ts": "new Elysia().listen(Bun.env.PORT ?? 3000);\n",
    },
  ],
];

for (const [name, framework, command, files] of PROJECTS) {
  test(`${name} gets its command`, () => {
    const found = detected(files);
    assert.equal(found.framework, framework);
    assert.equal(found.command, command);
  });
}
