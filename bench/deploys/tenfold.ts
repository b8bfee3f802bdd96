import { createProject } from "../../tests/harness/project.ts";
import { SOCKET_SERVER } from "../../tests/harness/sockets.ts";
import { DRAIN_SECONDS, INSTANCES } from "./application.ts";
import { begun, type Tool } from "./tool.ts";

export async function openTenfold(port: number): Promise<Tool> {
  const project = await createProject({ files: { "server.mjs": SOCKET_SERVER } });
  await project.write({
    "tenfold.yaml": `name: bench
web:
  command: node server.mjs
  instances: ${INSTANCES}
  health: /health
  drain: ${DRAIN_SECONDS}s
balancer: { port: ${port} }
`,
  });
  let deploys = 0;
  const tool: Tool = {
    name: "Tenfold, rolling",
    url: `http://127.0.0.1:${port}/`,
    deploy: async () => {
      deploys += 1;
      await project.write({ "version.txt": `${deploys}\n` });
      await project.tenfold("deploy", "-y");
    },
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
  return begun(tool, () => project.up());
}
