// Debian's Flask and FastAPI, with which a test follows the guide. Without them, that test is skipped and says so.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const PACKAGES = [
  "gunicorn",
  "python3-fastapi",
  "python3-flask",
  "python3-psycopg2",
  "python3-redis",
  "python3-uvicorn",
];

function isInstalled(name) {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { encoding: "utf8" });
  return stdout === "installed";
}

/** Installs them where root may, and does nothing anywhere else. Nothing depends on its success. */
export function installPython(step) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  step(`install ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const argv = ["-o", "DPkg::Lock::Timeout=60", "install", "-qq", "--no-install-recommends", ...missing];
  spawnSync("apt-get", argv, { env, stdio: "ignore", timeout: 180_000 });
}
