import { createProject } from "../../tests/harness/project.ts";
import { SOCKET_SERVER } from "../../tests/harness/sockets.ts";
import { Pm2 } from "../fleet/pm2.ts";
import { DRAIN_SECONDS, INSTANCES } from "./application.ts";
import { begun, type Tool } from "./tool.ts";

/** PM2 in cluster mode, whose `reload` replaces instance after instance. */
export async function openPm2(port: number): Promise<Tool> {
  const project = await createProject({ files: { "server.mjs": SOCKET_SERVER } });
  const pm2 = new Pm2(project, { port });
  const tool: Tool = {
    name: "PM2 reload",
    url: `http://127.0.0.1:${port}/`,
    deploy: () => pm2.run("reload", "app"),
    [Symbol.asyncDispose]: async () => {
      await pm2[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
  return begun(tool, () => pm2.start(INSTANCES, "--kill-timeout", `${DRAIN_SECONDS * 1000}`));
}
