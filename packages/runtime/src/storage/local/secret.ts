import { createSecretKey, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../fault/index.ts";
import { RESERVED } from "../key.ts";
import { codeOf } from "./directory.ts";

const LENGTH = 32;

/**
 * The secret that signs links. All instances share the directory, so they share what is in it: the first makes a random one
 * that only its user can read, and of several at once, one wins.
 */
export async function sharedSecret(root: string): Promise<KeyObject> {
  const path = join(root, RESERVED, "secret");
  const found = await read(path);
  if (found !== null) return found;
  await mkdir(join(root, RESERVED), { recursive: true });
  const own = `${path}-${randomUUID()}`;
  const file = await open(own, "wx", 0o600);
  try {
    await file.writeFile(randomBytes(LENGTH));
    await file.sync();
    await link(own, path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
  } finally {
    await file.close();
    await unlink(own);
  }
  const made = await read(path);
  if (made === null) throw new Fault("TF_RT_STORAGE_AWAY", `${path} was there and is gone`);
  return made;
}

async function read(path: string): Promise<KeyObject | null> {
  try {
    const bytes = await readFile(path);
    if (bytes.length === LENGTH) return createSecretKey(bytes);
    throw new Fault("TF_RT_STORAGE_AWAY", `${path} is damaged`, {
      hint: "delete it; links that were given out end then",
    });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
