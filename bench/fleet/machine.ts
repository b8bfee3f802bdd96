import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

function versionBy(command: string): string {
  try {
    return (
      /\d+(\.\d+)+/.exec(
        execFileSync("sh", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      )?.[0] ?? "?"
    );
  } catch {
    return "absent";
  }
}

/** What a figure depends on, in a line or two. */
export function describeMachine(): string {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
  const [load] = readFileSync("/proc/loadavg", "utf8").split(" ");
  const programs = [
    ["HAProxy", "haproxy -v"],
    ["PostgreSQL", "$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)/postgres --version"],
    ["PgBouncer", "pgbouncer --version"],
    ["Redis", "redis-server --version"],
  ].map(([name, command = ""]) => `${name} ${versionBy(command)}`);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const cores = `${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  return `${system}, ${cores}, ${memory}; Node ${process.versions.node}, ${programs.join(", ")}; load at the start ${load}`;
}
