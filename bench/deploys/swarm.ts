import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { SOCKET_SERVER } from "../../tests/harness/sockets.ts";
import { firstAnswer } from "../fleet/measure.ts";
import { DRAIN_SECONDS, INSTANCES } from "./application.ts";
import { Absent, begun, type Tool } from "./tool.ts";

const run = promisify(execFile);
const IMAGE = "tenfold-bench:1";
const SERVICE = "tenfold-bench";
const INSIDE = 8080;
const ANSWERS_WITHIN = 30_000;

async function docker(...words: readonly string[]): Promise<string> {
  return (await run("docker", words)).stdout.trim();
}

async function requireEngine(): Promise<void> {
  await docker("info", "--format", "{{.ServerVersion}}").catch(() => {
    throw new Absent("no Docker engine answers");
  });
}

/** The ports of services are the kernel's load balancer's business. */
async function requireAnswer(url: string): Promise<void> {
  await firstAnswer(url, performance.now(), ANSWERS_WITHIN).catch((error: Error) => {
    if (existsSync("/proc/net/ip_vs")) throw error;
    throw new Absent("the ports of its services need IPVS, which this kernel does not have");
  });
}

/** This Node and what it is linked with, and the application: nothing has to be fetched from anywhere. */
async function buildImage(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "image-"));
  try {
    const linked = execFileSync("ldd", [process.execPath], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g);
    for (const path of [...linked].map(([, library = ""]) => library)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      copyFileSync(realpathSync(path), join(root, path));
    }
    copyFileSync(realpathSync(process.execPath), join(root, "node"));
    writeFileSync(join(root, "server.mjs"), SOCKET_SERVER);
    mkdirSync(join(root, "tmp"));
    const asks = `fetch("http://127.0.0.1:${INSIDE}/health").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
    const health = `HEALTHCHECK --interval=1s --timeout=2s CMD ${JSON.stringify(["/node", "-e", asks])}`;
    const archive = join(root, "..", `${IMAGE.replace(":", "-")}-${process.pid}.tar`);
    try {
      execFileSync("tar", ["-C", root, "-cf", archive, "."]);
      const entry = `ENTRYPOINT ${JSON.stringify(["/node", "/server.mjs"])}`;
      await docker("import", "--change", entry, "--change", health, archive, IMAGE);
    } finally {
      rmSync(archive, { force: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A service of Docker Swarm on one node, updated instance after instance, the new one first. */
export async function openSwarm(port: number): Promise<Tool> {
  await requireEngine();
  await buildImage();
  const isOurs = (await docker("info", "--format", "{{.Swarm.LocalNodeState}}")) === "inactive";
  if (isOurs) await docker("swarm", "init", "--advertise-addr", "127.0.0.1");
  const tool: Tool = {
    name: "Swarm, start-first",
    url: `http://127.0.0.1:${port}/`,
    deploy: async () => {
      await docker("service", "update", "--force", "--detach=false", "--quiet", SERVICE);
    },
    [Symbol.asyncDispose]: async () => {
      await docker("service", "rm", SERVICE).catch(() => {});
      if (isOurs) await docker("swarm", "leave", "--force");
      await docker("image", "rm", "--force", IMAGE);
    },
  };
  const options = [
    ...["--name", SERVICE, "--replicas", `${INSTANCES}`, "--publish", `published=${port},target=${INSIDE}`],
    ...["--env", `PORT=${INSIDE}`, "--env", "HOST=0.0.0.0", "--stop-grace-period", `${DRAIN_SECONDS}s`],
    ...["--update-order", "start-first", "--update-parallelism", "1", "--update-monitor", "1s"],
    ...["--no-resolve-image", "--detach=false", "--quiet"],
  ];
  return begun(tool, async () => {
    await docker("service", "create", ...options, IMAGE);
    await requireAnswer(tool.url);
  });
}
