import type { Fleet } from "../../fleet/fleet.ts";
import type { Rendering } from "../../fleet/launch.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, logFile } from "../../fleet/paths.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import { isEdge } from "../edge/edge.ts";
import { programPath } from "../program.ts";
import { edgeConfiguration } from "./edge.ts";
import { routerConfiguration } from "./router.ts";
import { controlSocketName, requestSocketName } from "./sockets.ts";

/** Once it accepts no more connections it had better be gone; instances have finished their requests before. */
const LONGEST_STOP: Millis = seconds(5);

export function nginxConfigFile(fleet: Fleet, member: Member): string {
  return configFile(fleet.paths, `${member.name}.nginx.conf`);
}

/** Words of nginx's command line that say which configuration, and keep it from the directories of the system's own nginx. */
export function nginxWords(fleet: Fleet, member: Member): string[] {
  return [programPath(fleet, "nginx"), "-c", nginxConfigFile(fleet, member), "-e", "stderr", "-p", fleet.paths.run];
}

/**
 * nginx in the foreground, a master with workers: the edge, or the router behind it. `unwell` are web instances that get
 * no requests although they are attached.
 */
export function renderNginx(fleet: Fleet, member: Member, unwell: readonly MemberName[] = []): Rendering {
  const content = isEdge(member) ? edgeConfiguration(fleet, member) : routerConfiguration(fleet, member, unwell);
  // A killed nginx leaves its sockets, and the next one would not take their names.
  const sockets = isEdge(member) ? [] : [requestSocketName(member), controlSocketName(member)];
  const words = nginxWords(fleet, member);
  return {
    files: [{ path: nginxConfigFile(fleet, member), content, mode: 0o600, owner: "service" }],
    launch: {
      argv:
        sockets.length === 0 ? words : ["/bin/sh", "-c", `rm -f ${sockets.join(" ")}; exec "$@"`, "nginx", ...words],
      // Also the room for the title by which a running nginx is recognised: it is longer than the command.
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      // Sockets are named relative to it.
      cwd: fleet.paths.run,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGQUIT", grace: millis(Math.min(fleet.spec.web.drain, LONGEST_STOP)) },
      memory: false,
      cpu: false,
    },
  };
}
