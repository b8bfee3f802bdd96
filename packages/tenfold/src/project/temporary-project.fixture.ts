import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A project's directory for a test; it is gone afterwards. Its path has a space. */
export interface TemporaryProject extends AsyncDisposable {
  readonly directory: string;
  /** Writes a file, with the directories above it. */
  write(name: string, content: string | Uint8Array): Promise<void>;
}

export async function temporaryProject(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  name = "my shop",
): Promise<TemporaryProject> {
  const root = await mkdtemp(join(tmpdir(), "tenfold-test-"));
  const directory = join(root, name);
  await mkdir(directory);
  const write = async (file: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), content);
  };
  for (const [file, content] of Object.entries(files)) await write(file, content);
  return { directory, write, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
