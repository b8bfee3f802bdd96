import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../fault/fault.ts";
import { systemCode, systemFault } from "../../fault/system.ts";

function fault(error: unknown, path: string): unknown {
  switch (systemCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return new Fault("TF_NOT_WRITABLE", `${path} could not be written: its directory does not exist`);
    case "EISDIR":
      return new Fault("TF_NOT_WRITABLE", `${path} could not be written: it is a directory`, {
        hint: "--html takes the name of a file",
      });
    default:
      return systemFault(error, path);
  }
}

/** Whether a page can be written there, before anything takes time. Faults: TF_NOT_WRITABLE. */
export async function checkPage(path: string): Promise<void> {
  try {
    const found = await stat(path).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return null;
      throw error;
    });
    if (found?.isDirectory() === true) throw Object.assign(new Error(path), { code: "EISDIR" });
    await access(found === null ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw fault(error, path);
  }
}

/** Faults: TF_NOT_WRITABLE, TF_DISK_FULL. */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    throw fault(error, path);
  }
}
