import { execFile } from "node:child_process";

/** What a short-lived program said, both streams after one another. `code` is `null` when it did not run to its end. */
export interface Answer {
  readonly code: number | null;
  readonly output: string;
}

export interface AskOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Switches user, which only root can. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** Milliseconds; SIGKILL afterwards. */
  readonly timeout?: number;
}

/** Runs a program that ends by itself. Never throws: a program that cannot be started answers nothing. */
export function ask(argv: readonly [string, ...string[]], options: AskOptions): Promise<Answer> {
  const [program, ...rest] = argv;
  return new Promise((resolve) => {
    const settings = {
      env: { ...options.env, LC_ALL: "C" },
      cwd: "/",
      timeout: options.timeout ?? 5_000,
      killSignal: "SIGKILL",
      ...options.as,
    } as const;
    const finish = (error: Error | null, stdout: string, stderr: string): void => {
      const code = error === null ? 0 : "code" in error && typeof error.code === "number" ? error.code : null;
      resolve({ code, output: `${stdout}${stderr}` });
    };
    try {
      execFile(program, rest, settings, finish).stdin?.end();
    } catch (error) {
      // Node throws at once where the kernel refuses to switch users.
      finish(error instanceof Error ? error : new Error(String(error)), "", "");
    }
  });
}
