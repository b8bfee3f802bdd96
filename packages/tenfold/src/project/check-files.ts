import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Fault } from "../fault/fault.ts";
import type { Finding, Path } from "../spec/path.ts";
import type { Spec } from "../spec/spec.ts";
import { readText } from "./read-text.ts";

async function directoryFinding(root: string, path: Path, directory: string): Promise<Finding[]> {
  const shown = JSON.stringify(directory);
  try {
    const there = await stat(resolve(root, directory));
    return there.isDirectory() ? [] : [{ path, message: `is ${shown}, which is a file; it must be a directory` }];
  } catch {
    return [{ path, message: `is ${shown}, which does not exist in ${root}` }];
  }
}

async function pemFinding(root: string, path: Path, file: string, what: string): Promise<Finding[]> {
  const shown = JSON.stringify(file);
  try {
    const text = await readText(resolve(root, file), file);
    if (text === null) return [{ path, message: `is ${shown}, which does not exist in ${root}` }];
    return text.includes(`-----BEGIN `) && text.includes(what)
      ? []
      : [{ path, message: `is ${shown}, which is no PEM file with a ${what.toLowerCase()}` }];
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return [{ path, message: `is ${shown}: ${thrown.message}` }];
  }
}

/** Looks whether files and directories that a fleet file names are there. */
export async function checkFiles(root: string, spec: Spec): Promise<Finding[]> {
  const directories: [Path, string][] = [
    [["web", "directory"], spec.web.directory],
    ...Object.entries(spec.workers).map(([name, one]): [Path, string] => [
      ["workers", name, "directory"],
      one.directory,
    ]),
  ];
  if (spec.scheduler !== false) directories.push([["scheduler", "directory"], spec.scheduler.directory]);
  const { tls } = spec.balancer;
  const found = await Promise.all([
    ...directories.map(([path, directory]) => directoryFinding(root, path, directory)),
    ...(typeof tls === "object"
      ? [
          pemFinding(root, ["balancer", "tls", "certificate"], tls.certificate, "CERTIFICATE"),
          pemFinding(root, ["balancer", "tls", "key"], tls.key, "PRIVATE KEY"),
        ]
      : []),
  ]);
  return found.flat();
}
